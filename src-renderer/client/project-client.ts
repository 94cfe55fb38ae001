import { createORPCClient, type ClientLink } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { backendContract } from '../../src-main/contract/backend.ts'

type Backend = ContractRouterClient<typeof backendContract>

/** Whether a procedure is about one project; of a group, whether any of it is. */
type IsInProject<T> = T extends (input: infer I, ...rest: never[]) => unknown
  ? I extends { project: string }
    ? true
    : false
  : true extends { [K in keyof T]: IsInProject<T[K]> }[keyof T]
    ? true
    : false

/** A procedure of the backend without the project's id; those that concern no project are left out. */
type Bound<T> = T extends (input: infer I, options?: infer O) => infer R
  ? (input: Omit<I, 'project'>, options?: O) => R
  : { readonly [K in keyof T as IsInProject<T[K]> extends true ? K : never]: Bound<T[K]> }

/** The backend's procedures for one project, whose id is put in here: nobody gives it by hand. */
export type ProjectClient = Bound<Backend>

/** What only reads is of no use any more once its project was left; what writes goes on to its end. A new procedure has to say which it is. */
const CALLS: {
  readonly [G in keyof ProjectClient]: {
    readonly [P in keyof ProjectClient[G]]: 'reads' | 'writes'
  }
} = {
  project: { summary: 'reads', watch: 'reads', relocate: 'writes', close: 'writes' },
  images: {
    order: 'reads',
    rows: 'reads',
    marks: 'reads',
    facets: 'reads',
    get: 'reads',
    moved: 'reads',
    answerMoved: 'writes',
    rescan: 'writes',
    setSplit: 'writes',
    groups: 'reads',
    regroup: 'writes',
    takeSplits: 'writes',
    about: 'reads',
    setPixelMetres: 'writes',
    mapping: 'reads',
    setMapping: 'writes',
    samples: 'reads',
  },
  annotate: {
    apply: 'writes',
    undo: 'writes',
    redo: 'writes',
    actOnAll: 'writes',
    undoGroup: 'writes',
    labelForms: 'reads',
    chooseLabelForm: 'writes',
  },
  categories: { list: 'reads', add: 'writes', change: 'writes', merge: 'writes' },
  predict: { start: 'writes', setFlips: 'writes', ahead: 'writes' },
  runs: { list: 'reads', setCurrent: 'writes', choice: 'reads', choose: 'writes' },
  sweeps: { start: 'writes', last: 'reads' },
  drafts: { keep: 'writes' },
  inference: { open: 'reads' },
  score: { set: 'reads', refresh: 'writes' },
  review: {
    page: 'reads',
    gallery: 'reads',
    outlines: 'reads',
    answer: 'writes',
    verdicts: 'reads',
    compare: 'reads',
    report: 'writes',
    result: 'writes',
    plot: 'writes',
    decide: 'writes',
    predictions: 'reads',
  },
  train: {
    preview: 'reads',
    defaults: 'reads',
    start: 'writes',
    curve: 'reads',
    filmSteps: 'reads',
    filmFrame: 'reads',
    keepStep: 'writes',
    measureCurve: 'writes',
    learningCurve: 'reads',
    crops: 'reads',
  },
  models: {
    list: 'reads',
    setCurrent: 'writes',
    save: 'writes',
    add: 'writes',
    setRemark: 'writes',
    holdOut: 'reads',
    compareOnHoldOut: 'writes',
    card: 'reads',
  },
  exchange: { previewImport: 'reads', import: 'writes', previewExport: 'reads', export: 'writes' },
  mapLayers: { list: 'reads', add: 'writes', remove: 'writes', on: 'reads' },
  jobs: { list: 'reads', cancel: 'writes', resume: 'writes' },
}

/** By 'group.procedure'. */
const READS: ReadonlySet<string> = new Set(
  Object.entries(CALLS).flatMap(([group, calls]) =>
    Object.entries(calls).flatMap(([name, does]) => (does === 'reads' ? `${group}.${name}` : [])),
  ),
)

/**
 * The client of one project.
 * @param link leads to the backend
 * @param left ends what only reads; what writes goes on to its end
 */
export function projectClient(
  link: ClientLink<Record<never, never>>,
  project: string,
  left: AbortSignal,
): ProjectClient {
  return createORPCClient<ProjectClient>({
    call: (path, input, options) => {
      const fields = typeof input === 'object' ? input : {}
      if (!READS.has(path.join('.'))) return link.call(path, { ...fields, project }, options)
      const signal = options.signal ? AbortSignal.any([options.signal, left]) : left
      return link.call(path, { ...fields, project }, { ...options, signal })
    },
  })
}
