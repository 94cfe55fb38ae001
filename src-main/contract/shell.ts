import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'

/** The shell's procedures: what only Electron's main process may do. Paths never reach the page, only grants. */

/** A one-use right to a path, given by a dialog or a drop. `label` is for display. */
export const grant = z.object({ grant: z.string(), label: z.string() })
export type Grant = z.infer<typeof grant>

export const MENU_COMMANDS = [
  'new-project',
  'open-project',
  'open-sample',
  'close-project',
  'import-labels',
  'export-truth',
  'export-predictions',
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

const nothing = z.object({})

export const shellContract = {
  dialogs: {
    /** a folder of images, or a `.drydock` folder; null when dismissed */
    chooseFolder: oc
      .input(z.object({ purpose: z.enum(['images', 'project', 'relocate']) }))
      .output(grant.nullable()),
    chooseLabels: oc.input(nothing).output(grant.nullable()),
    saveLabels: oc.input(z.object({ suggestedName: z.string().max(120) })).output(grant.nullable()),
  },
  window: {
    /** the page has drawn its first view */
    ready: oc.input(nothing).output(nothing),
    /** menu entries, as they are chosen */
    commands: oc.input(nothing).output(eventIterator(z.object({ command: menuCommand }))),
    setTitle: oc.input(z.object({ title: z.string().max(200) })).output(nothing),
    /** whether a project is open: greys menu entries */
    setProjectOpen: oc.input(z.object({ open: z.boolean() })).output(nothing),
    openLogs: oc.input(nothing).output(nothing),
    /** what to say of the installation at start, e.g. that this is the fallback Electron; null: nothing */
    warning: oc.input(nothing).output(z.string().nullable()),
  },
}
