import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import type { WireError } from './errors.ts'
import { labelFormatId, projectId } from './wire/ids.ts'

/** The shell's procedures: what only Electron's main process may do. Paths never reach the page, only grants. */

/** A one-use right to a path, given by a dialog or a drop. `label` is for display. */
export const grant = z.object({ grant: z.string(), label: z.string() })
export type Grant = z.infer<typeof grant>

export const MENU_COMMANDS = [
  'new-project',
  'open-project',
  'open-sample',
  'close-project',
  'restore-backup',
  'import-labels',
  'import-label-folder',
  'add-map-layer',
  'export-truth',
  'export-predictions',
  'export-labels',
  'rescan',
  'undo',
  'redo',
  'predict-image',
  'predict-all',
  'view-annotate',
  'view-embeddings',
  'view-review',
  'view-train',
  'toggle-left',
  'toggle-right',
  'show-keys',
] as const
export const menuCommand = z.enum(MENU_COMMANDS)
export type MenuCommand = z.infer<typeof menuCommand>

/** What the window was opened for: `--open-sample`, or `--open <path>` and files given by the desktop. */
export const startup = z.object({
  openSample: z.boolean(),
  open: grant.nullable(),
  /** the project that this window's page had open before it was loaded anew */
  again: projectId.nullable(),
})
export type Startup = z.infer<typeof startup>

/**
 * How the backend process is doing. `silent`: it has not answered for some seconds; a person may wait, or restart it. `sentence` says what
 * a person should know of it; null: nothing.
 */
export const backendHealth = z.object({
  state: z.enum(['starting', 'ready', 'silent', 'failing']),
  sentence: z.string().nullable(),
})
export type BackendHealth = z.infer<typeof backendHealth>

const nothing = z.object({})

/** What is taken away: a report, a result, or a plot as a picture or as its values. */
export const reviewFile = z.enum(['report', 'result', 'png', 'csv'])
export type ReviewFile = z.infer<typeof reviewFile>

export const shellContract = {
  dialogs: {
    /** a folder of images, or a `.drydock` folder; null when dismissed */
    chooseFolder: oc
      .input(z.object({ purpose: z.enum(['images', 'project', 'relocate', 'labels']) }))
      .output(grant.nullable()),
    /** a backup of a project, chosen and confirmed */
    chooseBackup: oc.input(nothing).output(grant.nullable()),
    /** a CSV that names the split of images */
    chooseSplits: oc.input(nothing).output(grant.nullable()),
    /** a version of a model, as one file */
    chooseVersion: oc.input(nothing).output(grant.nullable()),
    saveVersion: oc.input(z.object({ suggestedName: z.string().max(200) })).output(grant.nullable()),
    chooseLabels: oc.input(nothing).output(grant.nullable()),
    /** a GeoJSON file to show on images */
    chooseMapLayer: oc.input(nothing).output(grant.nullable()),
    /** the file, or the new folder, as the format is; where the name has no ending it gets the format's */
    saveLabels: oc
      .input(z.object({ suggestedName: z.string().max(1000), format: labelFormatId.default('airbus') }))
      .output(grant.nullable()),
    /** the file of a report (its ending says HTML or CSV) or of a plot, or the new folder of a result */
    saveReview: oc
      .input(z.object({ suggestedName: z.string().max(1000), what: reviewFile }))
      .output(grant.nullable()),
  },
  window: {
    /** the page has drawn its first view */
    ready: oc.input(nothing).output(nothing),
    /** menu entries, as they are chosen */
    commands: oc.input(nothing).output(eventIterator(z.object({ command: menuCommand }))),
    setTitle: oc.input(z.object({ title: z.string().max(1000) })).output(nothing),
    /** which project is open: menu entries are grey without one, and a page that is loaded anew opens it again */
    setProject: oc.input(z.object({ project: projectId.nullable() })).output(nothing),
    openLogs: oc.input(nothing).output(nothing),
    /** what to say of the installation at start, e.g. that this is the fallback Electron; null: nothing */
    warning: oc.input(nothing).output(z.string().nullable()),
    /** what to open at start; the first call of a window gets it, later ones what its page had open */
    startup: oc.input(nothing).output(startup),
    /** first how the backend is doing now, then each change */
    backendHealth: oc.input(nothing).output(eventIterator(backendHealth)),
    /** ends a backend that does not answer and starts another one; whatever was acknowledged is on the disk */
    restartBackend: oc.input(nothing).output(nothing),
  },
}

/** Answer to a drop: an error crosses the preload as a value, since its code would be lost as an exception. */
export type DropAnswer = { grant: Grant } | { error: WireError }

/** What the preload gives the page as `window.drydock`. */
export interface Bridge {
  /** Asks for the MessagePort; it comes by `window.postMessage` (see `PortMessage`), again after each restart of the backend. */
  connect(): void
  /** A dropped file or folder as a one-use grant. The page never learns the path. */
  grantDrop(file: File): Promise<DropAnswer>
}
