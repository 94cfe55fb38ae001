declare global {
  /** Of the Keyboard Map standard, which TypeScript's own types lack. */
  interface Navigator {
    readonly keyboard?: { getLayoutMap(): Promise<Iterable<[code: string, printed: string]>> }
  }
}

/** What the keys of the keyboard in use print alone, by their codes; empty where the system does not say. */
export async function readLayout(): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(await navigator.keyboard?.getLayoutMap())
  } catch {
    return new Map()
  }
}
