import { DrydockError } from '../../contract/errors.ts'
import type { Store } from '../../store/store.ts'
import type { Project } from './project.ts'

/** Work that does not end by itself this long after it was asked to is given up, in ms. */
export const CANCEL_PATIENCE = 5000

/** A project as long as it is lent to a piece of work. */
export interface Lease {
  readonly project: Project
  /** From now on the work can neither read nor write the project, and its tasks in worker threads are ended. */
  revoke(): void
}

/** Lends a project to a piece of work that may have to be given up, whatever it is waiting for then. */
export function lend(project: Project): Lease {
  const end = new AbortController()
  return {
    project: {
      ...project,
      store: guarded(project.store, end.signal),
      shared: { ...project.shared, workers: project.shared.workers.until(end.signal) },
    },
    revoke: () => end.abort(),
  }
}

/** The store, each use of which throws `cancelled` once the signal has aborted; nothing is written then. */
function guarded(store: Store, end: AbortSignal): Store {
  const check = (): void => {
    if (end.aborted)
      throw new DrydockError('cancelled', 'This work was given up, so it changes nothing more.')
  }
  const guard = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get(target, name): unknown {
        check()
        return Reflect.get(target, name)
      },
    })
  const repositories = Object.entries(store)
    .filter(([name, part]) => name !== 'db' && typeof part === 'object')
    .map(([name, part]) => [name, guard(part)] as const)
  return {
    ...store,
    ...(Object.fromEntries(repositories) as Partial<Store>),
    get db() {
      check()
      return store.db
    },
    write: async (work, lasting) => {
      check()
      return store.write(() => {
        // it may have waited for another process
        check()
        return work()
      }, lasting)
    },
    read: (work) => {
      check()
      return store.read(work)
    },
  }
}
