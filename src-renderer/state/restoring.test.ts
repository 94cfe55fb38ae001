import { expect, it } from 'vitest'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type { ProjectSummary } from '../../src-main/contract/wire.ts'
import { restoreBackup } from './restoring.ts'

const SUMMARY: ProjectSummary = {
  ...{ id: 'then', name: 'p', location: '', imagesLocation: '', sample: false, readOnly: false },
  ...{ images: 1, finished: 0, currentRun: null, currentModel: null, flips: false },
}

interface Circumstances {
  chosen?: boolean
  unsaved?: boolean
  failure?: DrydockError
}

/** A window with an open project. */
function windowWith({ chosen = true, unsaved = false, failure }: Circumstances = {}) {
  const seen: string[] = []
  const chooseBackup = async () => (chosen ? { grant: 'g', label: 'project-2026.sqlite' } : null)
  const restore = async ({ grant }: { grant: string }) => {
    seen.push(`restore ${grant}`)
    if (failure) throw failure
    return SUMMARY
  }
  const app: Parameters<typeof restoreBackup>[0] & { seen: string[]; project: { id: string } | null } = {
    seen,
    client: {
      shell: { dialogs: { chooseBackup } },
      backend: { project: { restoreBackup: restore } },
    },
    project: { id: 'now' },
    toasts: { error: (error: unknown) => void seen.push(String(error)) },
    closeProject: async () => {
      seen.push('close')
      if (!unsaved) app.project = null
    },
    openRecent: async (key: string) => void seen.push(`open ${key}`),
  }
  return app
}

it('closes the open project, restores the backup, and opens what it holds', async () => {
  const app = windowWith()
  await restoreBackup(app)
  expect(app.seen).toEqual(['close', 'restore g', 'open then'])
})

it('does nothing without a choice, nor while gestures are not saved', async () => {
  const without = windowWith({ chosen: false })
  await restoreBackup(without)
  expect(without.seen).toEqual([])
  const unsaved = windowWith({ unsaved: true })
  await restoreBackup(unsaved)
  expect(unsaved.seen).toEqual(['close'])
})

it('says why a backup was not restored, once the project that was open is open again', async () => {
  const failure = new DrydockError('project_in_use', 'In use.')
  const app = windowWith({ failure })
  await restoreBackup(app)
  expect(app.seen).toEqual(['close', 'restore g', 'open now', 'DrydockError: In use.'])
  const empty = windowWith({ failure })
  empty.project = null
  await restoreBackup(empty)
  expect(empty.seen).toEqual(['close', 'restore g', 'DrydockError: In use.'])
})
