import {
  actionsByKey,
  DEFAULT_KEYS,
  inLayout,
  keyNames,
  printed,
  type Action,
  type KeyPress,
} from './keys.ts'

/** The system does not say. */
const NO_LAYOUT: ReadonlyMap<string, string> = new Map()

/** Which keys start which action: the one place that says so. Starts as the table of actions has it. */
export class Bindings {
  /** names of keys as `keyName` makes them, the first is the one that is shown */
  keys = $state.raw<Readonly<Record<Action, readonly string[]>>>(DEFAULT_KEYS)
  /** what the keys of the keyboard in use print, by their codes; empty: not known */
  layout = $state.raw(NO_LAYOUT)
  readonly #byKey = $derived(actionsByKey(this.keys))

  /** What a press may start, in the order in which they are asked: what goes on in the canvas first. */
  actionsOf(event: KeyPress): readonly Action[] {
    for (const name of keyNames(event, this.layout)) {
      const actions = this.#byKey.get(name)
      if (actions) return actions
    }
    return []
  }

  /** The first key of an action as a person reads it on their keyboard; '' where it has none. */
  keyFor(action: Action): string {
    return printed(inLayout(this.keys[action][0] ?? '', this.layout))
  }
}
