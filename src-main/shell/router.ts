import { implement, ORPCError } from '@orpc/server'
import { existsSync } from 'node:fs'
import { basename, extname, parse } from 'node:path'
import { toWireError } from '../contract/errors.ts'
import {
  shellContract,
  type BackendHealth,
  type Grant,
  type MenuCommand,
  type ReviewFile,
  type Startup,
} from '../contract/shell.ts'
import { LABEL_ENDINGS, labelFormat } from '../contract/label-formats.ts'
import type { LabelFormatId } from '../contract/label-formats.ts'
import { fittingName } from '../core/file-name.ts'
import type { GrantMode } from './grants.ts'

/** A question to the person, in the desktop's own dialog. */
export type DialogQuestion =
  | { kind: 'open-folder'; title: string; button: string }
  | { kind: 'open-file'; title: string; button: string; filter: string; extensions: string[] }
  | { kind: 'save-file'; title: string; suggestedName: string; filter: string; extensions: string[] }

/** A question that is answered with yes or no. */
export interface Confirmation {
  message: string
  detail: string
  /** what the button says that does it */
  yes: string
  no: string
}

/** What the procedures need of the window that calls and of the application. */
export interface ShellContext {
  /** @returns the absolute path chosen, or null when dismissed */
  ask(question: DialogQuestion): Promise<string | null>
  /** @returns whether the answer is yes */
  confirm(question: Confirmation): Promise<boolean>
  grant(path: string, mode: GrantMode): Grant
  show(): void
  commands(signal: AbortSignal | undefined): AsyncGenerator<MenuCommand>
  health(signal: AbortSignal | undefined): AsyncGenerator<BackendHealth>
  restartBackend(): void
  setTitle(title: string): void
  setProject(project: string | null): void
  openLogs(): Promise<void>
  warning(): string | null
  /** what to open; nothing at the second call */
  takeStartup(): Startup
}

const FOLDER_QUESTIONS = {
  images: { kind: 'open-folder', title: 'Folder of images', button: 'Make project' },
  project: { kind: 'open-folder', title: 'Drydock project (a folder named .drydock)', button: 'Open' },
  relocate: { kind: 'open-folder', title: 'Where the images are now', button: 'Use this folder' },
  labels: { kind: 'open-folder', title: 'Folder of labels to import', button: 'Import' },
} as const satisfies Record<string, DialogQuestion>

const BACKUP_QUESTION = {
  kind: 'open-file',
  title: 'Backup to restore (in the folder "backups" of a project)',
  button: 'Restore',
  filter: 'Backups of a project',
  extensions: ['sqlite'],
} satisfies DialogQuestion

const MAP_QUESTION = {
  kind: 'open-file',
  title: 'GeoJSON file to show on the images',
  button: 'Show',
  filter: 'GeoJSON',
  extensions: ['geojson', 'json'],
} satisfies DialogQuestion

const LABELS = { filter: 'Labels', extensions: [...LABEL_ENDINGS] }

const VERSIONS = { filter: 'Versions of a model', extensions: ['drydock-version'] }

const SPLITS = { filter: 'CSV', extensions: ['csv'] }

const os = implement(shellContract)
  .$context<ShellContext>()
  .use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      if (error instanceof ORPCError) throw error
      const { code, message, data } = toWireError(error)
      throw new ORPCError(code, { message, data, cause: error })
    }
  })

async function chosen(
  context: ShellContext,
  question: DialogQuestion,
  mode: GrantMode,
): Promise<Grant | null> {
  const path = await context.ask(question)
  return path === null ? null : context.grant(path, mode)
}

/** How it is asked where something is taken to. */
const REVIEW_QUESTIONS: Record<ReviewFile, { title: string; filter: string; extensions: string[] }> = {
  report: {
    title: 'Save a report',
    filter: 'Report (HTML, or CSV by its ending)',
    extensions: ['html', 'csv'],
  },
  result: { title: 'Export a result into a new folder', filter: 'Folder', extensions: [] },
  png: { title: 'Save the plot as a picture', filter: 'PNG', extensions: ['png'] },
  csv: { title: 'Save the values of the plot', filter: 'CSV', extensions: ['csv'] },
}

/** Where a report, a result or a plot is to be written; null: nowhere. */
async function saveReview(
  context: ShellContext,
  input: { suggestedName: string; what: ReviewFile },
): Promise<Grant | null> {
  const suggested = parse(input.suggestedName)
  const path = await context.ask({
    ...{ kind: 'save-file', ...REVIEW_QUESTIONS[input.what] },
    // Only a name may come from the page, never a place.
    suggestedName: fittingName(suggested.name, suggested.ext),
  })
  return path === null ? null : context.grant(path, 'write')
}

/** Where labels are to be written; null: nowhere. */
async function saveLabels(
  context: ShellContext,
  input: { suggestedName: string; format: LabelFormatId },
): Promise<Grant | null> {
  const { name, endings, place } = labelFormat(input.format)
  const suggested = parse(input.suggestedName)
  const path = await context.ask({
    ...{ kind: 'save-file', title: 'Export labels', filter: name },
    // Only a name may come from the page, never a place.
    suggestedName: fittingName(suggested.name, suggested.ext),
    extensions: place === 'file' ? [...endings] : [],
  })
  if (path === null) return null
  if (place === 'folder' || extname(path) !== '') return context.grant(path, 'write')
  // the dialog asked about the name without an ending, if at all
  const named = `${path}.${endings[0]}`
  if (existsSync(named) && !(await context.confirm(replacing(basename(named))))) return null
  return context.grant(named, 'write')
}

function replacing(name: string): Confirmation {
  return {
    message: `Replace ${name}?`,
    detail: 'A file of this name is there already.',
    yes: 'Replace',
    no: 'Cancel',
  }
}

/** @param name of a backup, which tells when it was made */
function restoring(name: string): Confirmation {
  const [, day, hour, minute] = /^project-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-/.exec(name) ?? []
  const made = day && new Date(`${day}T${hour}:${minute}Z`)
  const when = made && made.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })
  return {
    message: when ? `Restore the backup of ${when}?` : `Restore ${name}?`,
    detail:
      'The project will be as it was then. What it holds now is moved to a new folder beside the backup; nothing is deleted.',
    yes: 'Restore',
    no: 'Cancel',
  }
}

/** The shell's procedures. Each window's calls come with its own context. */
export const shellRouter = os.router({
  dialogs: {
    chooseFolder: os.dialogs.chooseFolder.handler(({ context, input }) =>
      chosen(context, FOLDER_QUESTIONS[input.purpose], 'read'),
    ),
    chooseBackup: os.dialogs.chooseBackup.handler(async ({ context }) => {
      const path = await context.ask(BACKUP_QUESTION)
      if (path === null || !(await context.confirm(restoring(basename(path))))) return null
      return context.grant(path, 'read')
    }),
    chooseLabels: os.dialogs.chooseLabels.handler(({ context }) =>
      chosen(context, { kind: 'open-file', title: 'Labels to import', button: 'Import', ...LABELS }, 'read'),
    ),
    chooseVersion: os.dialogs.chooseVersion.handler(({ context }) =>
      chosen(context, { kind: 'open-file', title: 'Version to add', button: 'Add', ...VERSIONS }, 'read'),
    ),
    saveVersion: os.dialogs.saveVersion.handler(({ context, input }) =>
      chosen(
        context,
        {
          ...{ kind: 'save-file', title: 'Save a version', ...VERSIONS },
          suggestedName: fittingName(parse(input.suggestedName).name, '.drydock-version'),
        },
        'write',
      ),
    ),
    chooseSplits: os.dialogs.chooseSplits.handler(({ context }) =>
      chosen(
        context,
        { kind: 'open-file', title: 'CSV that names the split', button: 'Take the split', ...SPLITS },
        'read',
      ),
    ),
    chooseMapLayer: os.dialogs.chooseMapLayer.handler(({ context }) => chosen(context, MAP_QUESTION, 'read')),
    saveReview: os.dialogs.saveReview.handler(({ context, input }) => saveReview(context, input)),
    saveLabels: os.dialogs.saveLabels.handler(({ context, input }) => saveLabels(context, input)),
  },
  window: {
    ready: os.window.ready.handler(({ context }) => {
      context.show()
      return {}
    }),
    commands: os.window.commands.handler(async function* ({ context, signal }) {
      for await (const command of context.commands(signal)) yield { command }
    }),
    setTitle: os.window.setTitle.handler(({ context, input }) => {
      context.setTitle(input.title)
      return {}
    }),
    setProject: os.window.setProject.handler(({ context, input }) => {
      context.setProject(input.project)
      return {}
    }),
    openLogs: os.window.openLogs.handler(async ({ context }) => {
      await context.openLogs()
      return {}
    }),
    warning: os.window.warning.handler(({ context }) => context.warning()),
    startup: os.window.startup.handler(({ context }) => context.takeStartup()),
    backendHealth: os.window.backendHealth.handler(({ context, signal }) => context.health(signal)),
    restartBackend: os.window.restartBackend.handler(({ context }) => {
      context.restartBackend()
      return {}
    }),
  },
})
