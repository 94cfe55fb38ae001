import type { Component } from 'svelte'

/** Reads the code of a view. */
export type Load = () => Promise<{ default: Component }>

/** Views that are not there at the start: the window and its list come first. */
export const LATER = {
  compare: () => import('./Compare.svelte'),
  embeddings: () => import('./Embeddings.svelte'),
  review: () => import('./Review.svelte'),
  train: () => import('./Train.svelte'),
  import: () => import('./ImportSheet.svelte'),
  categories: () => import('./CategoriesSheet.svelte'),
  export: () => import('./ExportSheet.svelte'),
} as const satisfies Record<string, Load>

/** Reads their code while nothing else is to be done, so that nobody waits for it. @returns calls it off */
export function readAhead(): () => void {
  const id = requestIdleCallback(() => {
    // a view that cannot be read says so when it is opened
    for (const load of Object.values(LATER)) load().catch(() => undefined)
  })
  return () => cancelIdleCallback(id)
}
