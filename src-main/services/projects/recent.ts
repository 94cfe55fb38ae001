import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecentProject } from '../../contract/wire.ts'
import { writeWhole } from '../../whole-file.ts'
import { DATABASE } from '../machinery/project.ts'

/** How many projects the list remembers. */
const REMEMBERED = 30

const entry = z.object({
  /** the project's id */
  key: z.string(),
  folder: z.string(),
  name: z.string(),
  images: z.number(),
  finished: z.number(),
  f2: z.number().nullable(),
  openedAt: z.string(),
})
const entries = z.array(entry)

/** A project that was opened before, with its place, which never leaves the process. */
export type RecentEntry = z.infer<typeof entry>

/** The list of recent projects in the user's data folder; the newest first. */
export class RecentList {
  readonly #file: string
  #entries: RecentEntry[]
  #writing: Promise<void> = Promise.resolve()

  constructor(userData: string) {
    this.#file = join(userData, 'recent.json')
    this.#entries = readEntries(this.#file)
  }

  /** As the window shows it. */
  list(): RecentProject[] {
    return this.#entries.map(({ folder, ...shown }) => ({
      ...shown,
      location: folder,
      exists: existsSync(join(folder, DATABASE)),
    }))
  }

  /** Where the project of this key lies; null where it is not in the list. */
  folderOf(key: string): string | null {
    return this.#entries.find((known) => known.key === key)?.folder ?? null
  }

  /** The id that the project in this folder had when it was open last; null where it is not in the list. */
  keyOf(folder: string): string | null {
    return this.#entries.find((known) => known.folder === folder)?.key ?? null
  }

  /** Puts a project first; what stood for its id or its folder goes. */
  async remember(found: RecentEntry): Promise<void> {
    const others = this.#entries.filter(({ key, folder }) => key !== found.key && folder !== found.folder)
    await this.#replace([found, ...others].slice(0, REMEMBERED))
  }

  /** Notes new figures of a project where it stands; one that is not in the list stays out. */
  async update(found: Omit<RecentEntry, 'openedAt'>): Promise<void> {
    await this.#replace(
      this.#entries.map((known) => (known.key === found.key ? { ...known, ...found } : known)),
    )
  }

  async forget(key: string): Promise<void> {
    await this.#replace(this.#entries.filter((known) => known.key !== key))
  }

  #replace(list: RecentEntry[]): Promise<void> {
    this.#entries = list
    const text = `${JSON.stringify(list, null, 2)}\n`
    this.#writing = this.#writing.catch(() => undefined).then(() => writeWhole(this.#file, text))
    return this.#writing
  }
}

/** The list is a convenience: one that cannot be read counts as empty. */
function readEntries(file: string): RecentEntry[] {
  try {
    return entries.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
