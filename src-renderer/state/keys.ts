import { TOOL_NAMES, TOOLS, type ToolName } from '../canvas/index.ts'

interface Entry {
  name: string
  keys: readonly [string, ...string[]]
  group: (typeof GROUPS)[number]
}

export const GROUPS = ['Tools', 'On the canvas', 'Marking', 'Images', 'Looking', 'Tones', 'Window'] as const

/** The n-th category of the project, for what is selected and what is drawn next. */
export const CATEGORY_ACTIONS = [
  'category1',
  'category2',
  'category3',
  'category4',
  'category5',
  'category6',
  'category7',
  'category8',
  'category9',
] as const

const CATEGORY_KEYS = fromEntries(
  CATEGORY_ACTIONS.map((action, i): [typeof action, Entry] => [
    action,
    { name: `Category ${i + 1} for the selected and the next`, keys: [`Shift+${i + 1}`], group: 'Marking' },
  ]),
)

/** What keys, menu entries and buttons start beside the tools. */
const OTHERS = {
  finish: { name: 'Finish the shape', keys: ['Enter'], group: 'On the canvas' },
  stepBack: { name: 'One step back, then leave the tool', keys: ['Escape'], group: 'On the canvas' },
  takeBack: { name: 'Take back the last corner', keys: ['Backspace'], group: 'On the canvas' },
  pan: { name: 'Move the image (held)', keys: [' '], group: 'On the canvas' },
  nextInstance: { name: 'Next instance', keys: ['Tab'], group: 'On the canvas' },
  previousInstance: { name: 'Instance before', keys: ['Shift+Tab'], group: 'On the canvas' },
  shapeUp: {
    name: 'Move the shape up by a pixel (arrows, while its handles show)',
    keys: ['ArrowUp'],
    group: 'On the canvas',
  },
  shapeDown: { name: 'Move the shape down by a pixel', keys: ['ArrowDown'], group: 'On the canvas' },
  turnLeft: { name: 'Turn the shape left by a degree', keys: ['Alt+ArrowLeft'], group: 'On the canvas' },
  turnRight: { name: 'Turn the shape right by a degree', keys: ['Alt+ArrowRight'], group: 'On the canvas' },
  smaller: { name: 'Smaller brush, narrower wand', keys: ['['], group: 'Tools' },
  larger: { name: 'Larger brush, wider wand', keys: [']'], group: 'Tools' },
  tip: { name: 'Round or square brush', keys: ['Shift+B'], group: 'Tools' },
  form: { name: 'Smart box: outline or rectangle', keys: ['Shift+R'], group: 'Tools' },
  overlap: { name: 'Overlap: yield or take', keys: ['O'], group: 'Tools' },
  fill: { name: 'Fill the holes of the selected', keys: ['Shift+F'], group: 'Marking' },
  grow: { name: 'Grow the selected by a pixel', keys: ['.'], group: 'Marking' },
  shrink: { name: 'Shrink the selected by a pixel', keys: [','], group: 'Marking' },
  smooth: { name: 'Smooth the outlines of the selected', keys: ['Shift+S'], group: 'Marking' },
  copy: { name: 'Copy the selected', keys: ['Ctrl+C'], group: 'Marking' },
  paste: { name: 'Paste at the same place', keys: ['Ctrl+V'], group: 'Marking' },
  duplicate: { name: 'Duplicate the selected beside it', keys: ['Ctrl+D'], group: 'Marking' },
  nudgeLeft: { name: 'Move the selected left by a pixel', keys: ['Shift+ArrowLeft'], group: 'Marking' },
  nudgeRight: { name: 'Move the selected right by a pixel', keys: ['Shift+ArrowRight'], group: 'Marking' },
  nudgeUp: { name: 'Move the selected up by a pixel', keys: ['Shift+ArrowUp'], group: 'Marking' },
  nudgeDown: { name: 'Move the selected down by a pixel', keys: ['Shift+ArrowDown'], group: 'Marking' },
  heading: { name: 'Heading of the selected: along it, the other way, none', keys: ['Y'], group: 'Marking' },
  undo: { name: 'Undo', keys: ['Ctrl+Z'], group: 'Marking' },
  redo: { name: 'Redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], group: 'Marking' },
  delete: { name: 'Delete the selected', keys: ['Delete'], group: 'Marking' },
  accept: { name: 'Accept the prediction', keys: ['A'], group: 'Marking' },
  acceptAll: {
    name: 'Accept all predictions above the score shown; in Embeddings all of the draft',
    keys: ['Shift+A'],
    group: 'Marking',
  },
  reject: { name: 'Reject the prediction', keys: ['X'], group: 'Marking' },
  ...CATEGORY_KEYS,
  predict: { name: 'Predict this image', keys: ['Ctrl+Enter'], group: 'Marking' },
  done: { name: 'Done and next', keys: ['D'], group: 'Images' },
  noShip: { name: 'No ship and next', keys: ['N'], group: 'Images' },
  flag: { name: 'Flag with a comment', keys: ['G'], group: 'Images' },
  leaveOut: { name: 'Leave the image out for good, or take it back', keys: ['Shift+N'], group: 'Images' },
  next: { name: 'Next image', keys: ['ArrowRight'], group: 'Images' },
  previous: { name: 'Previous image', keys: ['ArrowLeft'], group: 'Images' },
  back: { name: 'The image before', keys: ['Backspace'], group: 'Images' },
  hide: { name: 'Hide all masks (held)', keys: ['H'], group: 'Looking' },
  fit: { name: 'Fit the image', keys: ['F'], group: 'Looking' },
  zoomIn: { name: 'Zoom in', keys: ['+', '='], group: 'Looking' },
  zoomOut: { name: 'Zoom out', keys: ['-'], group: 'Looking' },
  compare: { name: 'The image before, at the same place (held)', keys: ['C'], group: 'Looking' },
  outlinesAlone: { name: 'Outlines without fill', keys: ['T'], group: 'Looking' },
  rest: { name: 'Dim or hide what is not selected', keys: ['Q'], group: 'Looking' },
  crosshair: { name: 'Cross-hair', keys: ['Shift+X'], group: 'Looking' },
  tone: { name: 'Brightness and contrast by a drag (held)', keys: ['L'], group: 'Tones' },
  brighter: { name: 'Brighter', keys: ['Ctrl+ArrowUp'], group: 'Tones' },
  darker: { name: 'Darker', keys: ['Ctrl+ArrowDown'], group: 'Tones' },
  moreContrast: { name: 'More contrast', keys: ['Ctrl+ArrowRight'], group: 'Tones' },
  lessContrast: { name: 'Less contrast', keys: ['Ctrl+ArrowLeft'], group: 'Tones' },
  gammaUp: { name: 'Lighter darks', keys: ['Ctrl+Shift+ArrowUp'], group: 'Tones' },
  gammaDown: { name: 'Darker darks', keys: ['Ctrl+Shift+ArrowDown'], group: 'Tones' },
  invert: { name: 'Invert', keys: ['Shift+I'], group: 'Tones' },
  even: { name: 'Even out what is seen', keys: ['Shift+E'], group: 'Tones' },
  plainTone: { name: 'Tones as they are', keys: ['Shift+L'], group: 'Tones' },
  annotate: { name: 'Annotate', keys: ['1'], group: 'Window' },
  embeddings: { name: 'Embeddings', keys: ['2'], group: 'Window' },
  review: { name: 'Review', keys: ['3'], group: 'Window' },
  train: { name: 'Train', keys: ['4'], group: 'Window' },
  toggleLeft: { name: 'Show or hide the left panel', keys: ['Ctrl+B'], group: 'Window' },
  toggleRight: { name: 'Show or hide the right panel', keys: ['Ctrl+J'], group: 'Window' },
  nextRegion: { name: 'Next region of the window', keys: ['F6'], group: 'Window' },
  previousRegion: { name: 'Previous region of the window', keys: ['Shift+F6'], group: 'Window' },
  showKeys: { name: 'Keys, pointer and about', keys: ['?', 'F1'], group: 'Window' },
} as const satisfies Record<string, Entry>

export type Action = ToolName | keyof typeof OTHERS

function entryOfTool(tool: ToolName): [ToolName, Entry] {
  return [tool, { name: TOOLS[tool].title, keys: [TOOLS[tool].key], group: 'Tools' }]
}

/** Every action that a key, a menu entry or a button starts, with the words and the default keys for it. */
export const ACTIONS: Readonly<Record<Action, Entry>> = {
  ...fromEntries(TOOL_NAMES.map(entryOfTool)),
  ...OTHERS,
}

/** `Object.fromEntries` that keeps the names. */
function fromEntries<K extends string, V>(entries: readonly (readonly [K, V])[]): Record<K, V> {
  return Object.fromEntries(entries) as Record<K, V>
}

function isAction(name: string): name is Action {
  return name in ACTIONS
}

/** All actions, in the order of the table. */
export const ACTION_NAMES: readonly Action[] = Object.keys(ACTIONS).filter(isAction)

/** Names of the keys of each action, the first is the one that is shown. */
export const DEFAULT_KEYS: Readonly<Record<Action, readonly string[]>> = fromEntries(
  ACTION_NAMES.map((action) => [action, ACTIONS[action].keys]),
)

/** Which actions each key may start, in the order of the table. */
export function actionsByKey(
  keys: Readonly<Record<Action, readonly string[]>>,
): ReadonlyMap<string, readonly Action[]> {
  const byKey = new Map<string, Action[]>()
  for (const action of ACTION_NAMES) {
    for (const key of keys[action]) byKey.set(key, [...(byKey.get(key) ?? []), action])
  }
  return byKey
}

/** What a held key does again and again; everything else happens once a press, so that nobody decides on a row of images. */
export const REPEATS: ReadonlySet<Action> = new Set<Action>([
  'nudgeLeft',
  'nudgeRight',
  'nudgeUp',
  'nudgeDown',
  'next',
  'shapeUp',
  'shapeDown',
  'turnLeft',
  'turnRight',
  'previous',
  'smaller',
  'larger',
  'undo',
  'redo',
  'zoomIn',
  'zoomOut',
  'nextRegion',
  'previousRegion',
  'nextInstance',
  'previousInstance',
  'brighter',
  'darker',
  'moreContrast',
  'lessContrast',
  'gammaUp',
  'gammaDown',
])

/** What lasts as long as its key is down. */
export const HELD: readonly Action[] = ['hide', 'pan', 'compare', 'tone']

/** Actions of the window itself: their keys work in a text field too, as far as they write nothing. */
export const WHILE_TYPING: ReadonlySet<Action> = new Set<Action>([
  'toggleLeft',
  'toggleRight',
  'nextRegion',
  'previousRegion',
  'showKeys',
])

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * The names that a press may go by, the first first: what the layout prints; the character alone where Alt or AltGr only makes it
 * (`[` on a German keyboard); the key by its place where the layout prints no letter of ours there (Cyrillic, Greek, Shift and a digit).
 * @param layout what the keys of the keyboard print, by their codes; empty: not known
 */
export function keyNames(event: KeyPress, layout: ReadonlyMap<string, string>): string[] {
  const { key, code, altKey } = event
  const digit = /^Digit([1-9])$/.exec(code)?.[1]
  // whatever the layout prints there with Shift
  const names = [
    ...(digit !== undefined && event.shiftKey ? [[...heldOf(event), 'Shift', digit].join('+')] : []),
    keyName(event),
  ]
  if (key.length === 1 && altKey && !isLetter(key)) {
    // an event's own properties are none that a spread copies
    const { metaKey, shiftKey } = event
    names.push(keyName({ key, code, metaKey, shiftKey, altKey: false, ctrlKey: false }))
  }
  const place = PLACES.get(code) ?? /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1]
  const foreign = key > '\u007f' || key === 'Dead' || key === 'Unidentified'
  if (place !== undefined && (foreign || code.startsWith('Digit') || isMissing(place, layout))) {
    names.push([...heldOf(event), ...(event.shiftKey ? ['Shift'] : []), place].join('+'))
  }
  return names
}

/** Whether a layout prints this letter nowhere: a Greek one has `;` in the place of Q, which a person means there. */
function isMissing(letter: string, layout: ReadonlyMap<string, string>): boolean {
  return layout.size > 0 && isLetter(letter) && ![...layout.values()].includes(letter.toLowerCase())
}

/** Keys that are no letters or digits, by their place on a keyboard of the United States. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['BracketLeft', '['],
  ['BracketRight', ']'],
  ['Minus', '-'],
  ['Equal', '='],
])

function isLetter(key: string): boolean {
  return key.length === 1 && key.toLowerCase() !== key.toUpperCase()
}

function heldOf({ ctrlKey, metaKey, altKey }: KeyPress): string[] {
  return [...(ctrlKey || metaKey ? ['Ctrl'] : []), ...(altKey ? ['Alt'] : [])]
}

/**
 * The name of a key press as the table writes it: 'D', 'Shift+A', 'Ctrl+Z', '?'. Letters are what the layout prints;
 * Shift is named only where it does not already show in the character.
 */
function keyName(event: KeyPress): string {
  const letter = isLetter(event.key)
  const base = letter ? event.key.toUpperCase() : event.key
  const parts = heldOf(event)
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push('Shift')
  return [...parts, base].join('+')
}

/**
 * A key's name with what the keyboard in use prints where {@link keyNames} takes the key by its place: `P` is З on a Russian keyboard, `[` is Ü on a
 * German one. Where the layout prints the character itself, or is not known, the name stays.
 */
export function inLayout(name: string, layout: ReadonlyMap<string, string>): string {
  const parts = name.split('+')
  const base = parts.at(-1) ?? ''
  const code = /^[A-Z]$/.test(base) ? `Key${base}` : [...PLACES].find(([, own]) => own === base)?.[0]
  const prints = code === undefined ? undefined : layout.get(code)
  const foreign = prints !== undefined && prints > '\u007f'
  if (!foreign || [...layout.values()].includes(base.toLowerCase())) return name
  // ß has no single capital
  const capital = prints.toUpperCase()
  return [...parts.slice(0, -1), capital.length === prints.length ? capital : prints].join('+')
}

const PRINTED: Record<string, string> = {
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ' ': 'Space',
}

/** The name of a key as a person reads it. */
export function printed(key: string): string {
  return key
    .split('+')
    .map((part) => PRINTED[part] ?? part)
    .join('+')
}

/** True where single keys belong to the element: text is being written, or a control uses them. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('dialog')) return true
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

const OWN_KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['button, summary, a', ['Enter', ' ']],
  [
    'input',
    [' ', 'Enter', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'],
  ],
]

/** True where the focused control does something of its own with this key. */
export function ownsKey({ target, key }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    OWN_KEYS.some(([control, keys]) => keys.includes(key) && target.closest(control))
  )
}
