import { createORPCClient, type ClientLink } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { backendContract } from '../../src-main/contract/backend.ts'

type Backend = ContractRouterClient<typeof backendContract>

/** A procedure of the backend without the project's id; those that concern no project are left out. */
type Bound<T> = T extends (input: infer I, options?: infer O) => infer R
  ? I extends { project: string }
    ? (input: Omit<I, 'project'>, options?: O) => R
    : never
  : { readonly [K in keyof T]: Bound<T[K]> }

/** The backend's procedures for one project, whose id is put in here: nobody gives it by hand. */
export type ProjectClient = Bound<Backend>

type NameIn<G extends keyof Backend> = `${G}.${Extract<keyof Backend[G], string>}`
type ProcedureName = { [G in keyof Backend]: NameIn<G> }[keyof Backend]

/** What only reads, and so is of no use any more once its project was left. */
const READS: ReadonlySet<string> = new Set<ProcedureName>([
  'project.summary',
  'project.watch',
  'images.order',
  'images.rows',
  'images.moved',
  'images.get',
  'runs.list',
  'runs.choice',
  'inference.open',
  'score.set',
  'review.page',
  'review.verdicts',
  'review.compare',
  'review.predictions',
  'train.preview',
  'train.defaults',
  'train.curve',
  'models.list',
  'models.card',
  'exchange.previewImport',
  'exchange.previewExport',
  'jobs.list',
])

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
