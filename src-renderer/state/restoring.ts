import type { Client } from '../client/index.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What restoring a backup needs of the window. */
export interface Restoring {
  readonly client: {
    shell: { dialogs: Pick<Client['shell']['dialogs'], 'chooseBackup'> }
    backend: { project: Pick<Client['backend']['project'], 'restoreBackup'> }
  }
  /** the open project */
  readonly project: { readonly id: string } | null
  readonly toasts: Pick<Toasts, 'error'>
  closeProject(): Promise<void>
  openRecent(key: string): Promise<void>
}

/**
 * Lets a person choose a backup, closes the open project (which may be the one that the backup belongs to), and opens
 * the backup's project as it was then. Where the backup cannot be restored, the project that was open opens again.
 */
export async function restoreBackup(app: Restoring): Promise<void> {
  const { backend, shell } = app.client
  let before: string | null = null
  try {
    const chosen = await shell.dialogs.chooseBackup({})
    if (!chosen) return
    before = app.project?.id ?? null
    await app.closeProject()
    // it has said why it stays open
    if (app.project) return
    const { id } = await backend.project.restoreBackup({ grant: chosen.grant })
    await app.openRecent(id)
  } catch (error) {
    if (before !== null && !app.project) await app.openRecent(before)
    // opening a project takes earlier failures away
    app.toasts.error(error)
  }
}
