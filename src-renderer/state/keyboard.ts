import { perform, type Desk } from './actions.ts'
import { actionOf, isTyping, ownsKey, REPEATS, WHILE_TYPING, type Action } from './keys.ts'

/** What a key does, by where the focus is: a sheet has all keys, then come a text field, the canvas, the focused control, actions. */
export function keyDown(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented || sheetStands(desk)) return
  const action = actionOf(event)
  if (isTyping(event.target)) {
    if (action && WHILE_TYPING.has(action) && !writes(event)) act(desk, action, event)
    return
  }
  const canvas = desk.layout.hasCanvas ? desk.stage.canvas : null
  if (canvas && !ownsKey(event) && canvas.key(event)) return event.preventDefault()
  const inside = event.target instanceof Element && event.target.closest('[data-canvas]')
  if (canvas && inside && event.key === 'Tab' && !event.ctrlKey) {
    canvas.step(event.shiftKey ? -1 : 1)
    return event.preventDefault()
  }
  if (action && !ownsKey(event)) act(desk, action, event)
}

/** What is held ends wherever the focus is by now, so that no Space stays down. */
export function keyUp(desk: Desk, event: KeyboardEvent): void {
  if (letsGoOf('hide', event)) desk.display.allHidden = false
  desk.stage.canvas?.key(event)
}

/** Whatever else is held by now; and macOS tells of no key that comes up while Meta is held. */
function letsGoOf(action: Action, { key, code }: KeyboardEvent): boolean {
  const alone = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  return key === 'Meta' || actionOf({ key, code, ...alone }) === action
}

function act(desk: Desk, action: Action, event: KeyboardEvent): void {
  if (event.repeat && !REPEATS.has(action)) event.preventDefault()
  else if (perform(desk, action)) event.preventDefault()
}

/** While it stands the focus may be nowhere: keys would act on the image beneath. */
function sheetStands({ project, layout }: Desk): boolean {
  return (project?.exchange.open ?? false) || (project?.leaving.choice ?? null) !== null || layout.keysShown
}

/** True where the key puts a character into a text. */
function writes({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key.length === 1 && !ctrlKey && !metaKey
}
