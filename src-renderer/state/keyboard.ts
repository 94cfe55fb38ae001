import { perform, release, type Desk } from './actions.ts'
import { HELD, isTyping, ownsKey, REPEATS, WHILE_TYPING, type Action } from './keys.ts'

/** What a key does, by where the focus is: a sheet has all keys, then come a text field, the focused control, and what the key is bound to. */
export function keyDown(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented || sheetStands(desk)) return
  const actions = desk.bindings.actionsOf(event)
  if (isTyping(event.target)) {
    const action = actions.find((name) => WHILE_TYPING.has(name))
    if (action && !writes(event)) act(desk, action, event)
    return
  }
  if (ownsKey(event)) return
  const inside = event.target instanceof Element && event.target.closest('[data-canvas]') !== null
  for (const action of actions) {
    if (!inside && ON_THE_CANVAS.has(action)) continue
    if (act(desk, action, event)) return
  }
}

/** Elsewhere Tab goes from control to control. */
const ON_THE_CANVAS: ReadonlySet<Action> = new Set<Action>(['nextInstance', 'previousInstance'])

/** What is held ends wherever the focus is by now, so that no Space stays down. */
export function keyUp(desk: Desk, event: KeyboardEvent): void {
  for (const action of HELD) if (letsGoOf(desk, action, event)) release(desk, action)
}

/** The window hears of no key that comes up elsewhere. */
export function releaseAll(desk: Desk): void {
  for (const action of HELD) release(desk, action)
}

/** Whatever else is held by now; and macOS tells of no key that comes up while Meta is held. */
function letsGoOf({ bindings }: Desk, action: Action, { key, code }: KeyboardEvent): boolean {
  const alone = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  return key === 'Meta' || bindings.actionsOf({ key, code, ...alone }).includes(action)
}

/** @returns whether the press is used up */
function act(desk: Desk, action: Action, event: KeyboardEvent): boolean {
  const used = event.repeat && !REPEATS.has(action) ? true : perform(desk, action)
  if (used) event.preventDefault()
  return used
}

/** While it stands the focus may be nowhere: keys would act on the image beneath. */
function sheetStands({ project, layout }: Desk): boolean {
  return (
    (project?.exchange.open ?? false) ||
    (project?.categories.shown ?? false) ||
    (project?.outgoing.choice ?? null) !== null ||
    layout.keysShown
  )
}

/** True where the key puts a character into a text. */
function writes({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key.length === 1 && !ctrlKey && !metaKey
}
