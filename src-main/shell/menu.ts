import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../contract/shell.ts'
import { COMMANDS_WITHOUT_PROJECT } from '../contract/words.ts'

/** What choosing an entry does; commands go to the page of the active window. */
export interface MenuActions {
  command(command: MenuCommand): void
  newWindow(): void
  openLogs(): void
}

/**
 * The application's menu. Each command's entry has the command as its id.
 * @param projectOpen whether the active window shows a project
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  projectOpen: boolean,
  actions: MenuActions,
): MenuItemConstructorOptions[] {
  /** An entry whose key the menu handles. */
  const entry = (command: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    enabled: projectOpen || COMMANDS_WITHOUT_PROJECT.has(command),
    click: () => actions.command(command),
    ...(accelerator ? { accelerator } : {}),
  })
  /** An entry whose key the page handles itself, since what it does depends on what has the focus; shown only. */
  const shown = (command: MenuCommand, label: string, accelerator: string): MenuItemConstructorOptions => ({
    ...entry(command, label, accelerator),
    registerAccelerator: false,
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const mac = platform === 'darwin'

  const file: MenuItemConstructorOptions[] = [
    entry('new-project', 'New project from a folder…', 'CmdOrCtrl+N'),
    entry('open-project', 'Open project…', 'CmdOrCtrl+O'),
    entry('open-sample', 'Open sample project'),
    separator,
    entry('import-labels', 'Import labels…', 'CmdOrCtrl+I'),
    entry('import-label-folder', 'Import a folder of labels…', 'CmdOrCtrl+Shift+I'),
    entry('add-map-layer', 'Show a GeoJSON file as a map layer…'),
    entry('export-truth', 'Export truth…', 'CmdOrCtrl+E'),
    entry('export-predictions', 'Export predictions…', 'CmdOrCtrl+Shift+E'),
    entry('export-labels', 'Export in another format…'),
    separator,
    entry('rescan', 'Look for new images'),
    entry('restore-backup', 'Restore a backup…'),
    entry('close-project', 'Close project'),
    separator,
    { id: 'new-window', label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: actions.newWindow },
    mac ? { role: 'close' } : { role: 'quit' },
  ]
  const edit: MenuItemConstructorOptions[] = [
    shown('undo', 'Undo', 'CmdOrCtrl+Z'),
    shown('redo', 'Redo', 'CmdOrCtrl+Shift+Z'),
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ]
  const view: MenuItemConstructorOptions[] = [
    entry('view-annotate', 'Annotate'),
    entry('view-embeddings', 'Embeddings'),
    entry('view-review', 'Review'),
    entry('view-train', 'Train'),
    separator,
    shown('toggle-left', 'Left panel', 'CmdOrCtrl+B'),
    shown('toggle-right', 'Right panel', 'CmdOrCtrl+J'),
    separator,
    { role: 'togglefullscreen' },
    { role: 'toggleDevTools' },
  ]
  const predict: MenuItemConstructorOptions[] = [
    shown('predict-image', 'Predict this image', 'CmdOrCtrl+Enter'),
    entry('predict-all', 'Predict all images', 'CmdOrCtrl+Shift+Enter'),
  ]
  const help: MenuItemConstructorOptions[] = [
    entry('show-keys', 'Keys'),
    { id: 'open-logs', label: 'Open logs', click: actions.openLogs },
  ]
  return [
    ...(mac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    { label: 'File', submenu: file },
    { label: 'Edit', submenu: edit },
    { label: 'View', submenu: view },
    { label: 'Predict', submenu: predict },
    { label: 'Help', role: 'help', submenu: help },
  ]
}
