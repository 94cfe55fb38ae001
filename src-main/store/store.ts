import { existsSync, statSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { DrydockError } from '../contract/errors.ts'
import { once } from '../core/once.ts'
import { backUp } from './backup.ts'
import { categoryRepository } from './categories.ts'
import { checkWhole, connect, connectToRead, inspectFile, migrate } from './database.ts'
import type { Connection } from './database.ts'
import { draftRepository } from './drafts.ts'
import { editRepository } from './edits.ts'
import { isBusy, storeFailure } from './failures.ts'
import { imageRepository } from './images.ts'
import { jobRepository } from './jobs.ts'
import { listRepository } from './lists.ts'
import { mapLayerRepository } from './map-layers.ts'
import { metaRepository } from './meta.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import { modelRepository } from './models.ts'
import { pixelRepository } from './pixels.ts'
import { moveRepository } from './moves.ts'
import { predictionRepository } from './predictions.ts'
import { reviewRepository } from './reviews.ts'
import { runRepository } from './runs.ts'
import { scoreRepository } from './scores.ts'
import { sessionRepository } from './sessions.ts'
import { similarRepository } from './similar.ts'
import type { Session } from './sessions.ts'
import { sumRepository } from './sums.ts'
import { truthRepository } from './truth.ts'
import { watched } from './watched.ts'
import type { Watch } from './watched.ts'

/** How long a write waits for other processes, in ms. */
const PATIENCE = 5000

/** A transaction of a bulk write ends after this long, in ms, so that gestures come in between. */
const BATCH_BUDGET = 12

const REPOSITORIES = {
  meta: metaRepository,
  sessions: sessionRepository,
  images: imageRepository,
  lists: listRepository,
  pixels: pixelRepository,
  categories: categoryRepository,
  truth: truthRepository,
  edits: editRepository,
  models: modelRepository,
  runs: runRepository,
  predictions: predictionRepository,
  drafts: draftRepository,
  scores: scoreRepository,
  reviews: reviewRepository,
  sums: sumRepository,
  similar: similarRepository,
  mapLayers: mapLayerRepository,
  moves: moveRepository,
  jobs: jobRepository,
}

type Repositories = {
  readonly [N in keyof typeof REPOSITORIES]: ReturnType<(typeof REPOSITORIES)[N]>
}

/** One open project.sqlite. */
export type Store = ReturnType<typeof storeOn>

/**
 * Opens a project's database, bringing an older schema up to date first.
 * @param file must exist; see {@link createStore}
 * @param options.readOnly every later write fails with `read_only`
 * @param options.watch told how long each statement took, by name
 * @throws DrydockError `project_damaged`, `project_newer` (the file stays unchanged to the byte), `project_in_use`
 */
export function openStore(
  file: string,
  {
    readOnly = false,
    migrations = MIGRATIONS,
    watch,
  }: { readOnly?: boolean; migrations?: readonly Migration[]; watch?: Watch } = {},
): Store {
  if (!existsSync(file)) {
    throw new DrydockError(
      'not_found',
      'This folder holds no project.sqlite, so it is no Drydock project. Choose another folder.',
    )
  }
  inspectFile(file, migrations.at(-1)?.number ?? 0)
  return opened(file, readOnly, migrations, watch)
}

/**
 * A connection that only reads, beside the one that writes: for a thread of its own. It sees what has been committed.
 * @param file of a project that is open
 * @param watch told how long each statement took, by name
 */
export function openToRead(file: string, watch?: Watch): Store {
  return storeOn(connectToRead(file), watch)
}

/**
 * Before a project of an older version is brought up to date: nobody else may have it open, and a backup is made.
 * Does nothing for one of this version; call it before {@link openStore}.
 * @param backups folder of the backups
 * @param isAlive whether the process of a session still runs
 * @throws DrydockError `project_in_use`, and as {@link openStore}
 */
export async function prepareMigration(
  file: string,
  backups: string,
  isAlive: (session: Session) => boolean,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const latest = migrations.at(-1)?.number ?? 0
  if (!existsSync(file) || inspectFile(file, latest) === latest) return
  const db = connect(file)
  try {
    const user = sessionRepository(db)
      .all()
      .find((session) => isAlive(session))
    if (user) {
      throw new DrydockError(
        'project_in_use',
        `This project must be brought up to date first, and process ${user.pid} on ${user.host} has it open. Close Drydock there and open the project again.`,
        { pid: user.pid, host: user.host },
      )
    }
    await backUp(db, backups)
  } catch (error) {
    throw storeFailure(error)
  } finally {
    db.close()
  }
}

/**
 * Makes a new, empty project database.
 * @param file must not exist; its folder must
 */
export function createStore(file: string): Store {
  if (existsSync(file)) throw new DrydockError('bad_input', 'There is a project in this folder already.')
  return opened(file, false, MIGRATIONS)
}

function opened(file: string, readOnly: boolean, migrations: readonly Migration[], watch?: Watch): Store {
  const db = connect(file)
  try {
    checkWhole(db, statSync(file).size)
    migrate(db, migrations)
    if (readOnly) db.pragma('query_only = ON')
    return storeOn(db, watch)
  } catch (error) {
    db.close()
    throw storeFailure(error)
  }
}

/**
 * Puts the repositories on a store. Each is made at its first use: compiling the statements of all takes longer than most reads, each of which has a connection
 * of its own.
 */
function withRepositories<S extends object>(store: S, db: Connection, watch?: Watch): S & Repositories {
  for (const [name, make] of Object.entries(REPOSITORIES)) {
    const get = once(() => watched<object>(name, make(db), watch))
    Object.defineProperty(store, name, { get, enumerable: true })
  }
  return store as S & Repositories
}

function storeOn(db: Connection, watch?: Watch) {
  /** writes under way; they may wait for another process */
  const writing = new Set<Promise<unknown>>()
  const store = {
    db,

    /**
     * Runs `work` in one transaction that is on the disk when the promise resolves; where another process holds the
     * lock, tries again without blocking this one. `work` is synchronous and may run more than once.
     * @param lasting false: it need not be on the disk before a later write is that lasts; both come back after a power cut, or the later one
     *   does not either
     * @throws DrydockError `disk_full`, `read_only`, `project_in_use`, `project_damaged`, `project_not_open`; nothing is written then
     */
    write<T>(work: () => T, lasting = true): Promise<T> {
      const write = written(db, work, lasting)
      writing.add(write)
      const over = (): void => void writing.delete(write)
      write.then(over, over)
      return write
    },

    /** Resolves when no write is under way: the store can be closed then. */
    async settled(): Promise<void> {
      while (writing.size > 0) await Promise.allSettled(writing)
    },

    /** Runs `work` on one consistent state of the database. */
    read<T>(work: () => T): T {
      assertOpen(db)
      try {
        return db.transaction(work).deferred()
      } catch (error) {
        throw storeFailure(error)
      }
    },

    /**
     * As {@link read}, for work that takes its time. Only on a connection that is one piece of work's own: nothing else can
     * be written or read at another moment meanwhile.
     */
    async readThroughout<T>(work: () => Promise<T>): Promise<T> {
      db.exec('begin')
      try {
        return await work()
      } finally {
        db.exec('rollback')
      }
    },

    /**
     * A bulk write: many short transactions instead of one long one; other writes come in between. All of it is on the disk when the
     * promise resolves, which is waited for once: with the last item, which has a transaction of its own.
     * @param work done for each item, in order
     * @param signal ends it after the current transaction
     * @param rest awaited between transactions
     */
    async inBatches<I>(
      items: readonly I[],
      work: (item: I) => void,
      signal?: AbortSignal,
      rest?: () => Promise<void>,
    ): Promise<void> {
      let next = 0
      while (next < items.length) {
        signal?.throwIfAborted()
        const last = next === items.length - 1
        const until = last ? items.length : items.length - 1
        next = await this.write(() => {
          const end = performance.now() + BATCH_BUDGET
          let at = next
          do work(items[at++]!)
          while (at < until && performance.now() < end)
          return at
        }, last)
        await setImmediate()
        await rest?.()
      }
    },

    /** A number that changes when another connection has committed. */
    dataVersion: (): number => Number(db.pragma('data_version', { simple: true })),

    close: (): void => void db.close(),
  }
  return withRepositories(store, db, watch)
}

async function written<T>(db: Connection, work: () => T, lasting: boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE
  for (;;) {
    assertOpen(db)
    try {
      return committed(db, work, lasting)
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw storeFailure(error)
      await setTimeout(5 + Math.random() * 20)
    }
  }
}

function committed<T>(db: Connection, work: () => T, lasting: boolean): T {
  if (lasting) return db.transaction(work).immediate()
  db.pragma('synchronous = NORMAL')
  try {
    return db.transaction(work).immediate()
  } finally {
    db.pragma('synchronous = FULL')
  }
}

function assertOpen(db: Connection): void {
  if (db.open) return
  throw new DrydockError('project_not_open', 'This project was closed meanwhile. Open it again.')
}
