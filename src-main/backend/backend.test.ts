import { ORPCError } from '@orpc/client'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unpackDetail } from '../core/packed-detail.ts'
import type { EditPlan } from '../contract/wire.ts'
import { formatRle, fromPredicate } from '../core/mask/rle.ts'
import { NO_FILTER } from '../core/list/order.ts'
import { unpackOrder } from '../core/list/packing.ts'
import { startBackend } from '../testing/backend.ts'
import type { TestBackend } from '../testing/backend.ts'
import { writeImages } from '../testing/images.ts'

const SIZE = { width: 200, height: 100 }

let folder = ''
let backend: TestBackend
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-backend-'))
  await writeImages(join(folder, 'harbour'), { 'a.png': { ...SIZE, ships: [] } })
  backend = await startBackend(join(folder, 'user'))
})
afterAll(async () => {
  backend.child.kill('SIGKILL')
  await backend.ended
  rmSync(folder, { recursive: true, force: true })
})

function dot(n: number): EditPlan {
  const added = formatRle(
    fromPredicate(SIZE, () => true, { x: n % 200, y: Math.floor(n / 200), width: 1, height: 1 }),
  )
  return {
    kind: 'brush',
    instances: [
      {
        ...{ instance: randomUUID(), before: null, after: { origin: 'drawn', edited: false, colour: 0 } },
        ...{ added, removed: '' },
      },
    ],
    ...{ decisions: [], status: null, flag: null },
  }
}

/** Of the one project in the recent list. */
async function projectKey(): Promise<string> {
  return (await backend.client.project.recent({}))[0]!.key
}

test('a window opens a project, is told of what happens, and gets its pixels', async () => {
  const { client, said } = backend
  expect(await client.system.about({})).toMatchObject({ userData: join(folder, 'user') })
  const grant = backend.grant(join(folder, 'harbour'))
  const project = await client.project.open({ grant })
  expect(project).toMatchObject({ name: 'harbour', readOnly: false })
  // its folder is listed while it is open already
  await expect.poll(async () => (await client.project.summary({ project: project.id })).images).toBe(1)
  expect(said).toContainEqual({ kind: 'cache-root', root: join(folder, 'harbour.drydock', 'cache') })
  await expect(client.project.open({ grant })).rejects.toMatchObject({ code: 'grant_unknown' })

  expect(project.flips).toBe(false)
  await client.predict.setFlips({ project: project.id, flips: true })
  expect(await client.project.summary({ project: project.id })).toMatchObject({ flips: true })

  const following = new AbortController()
  const events = await client.project.watch({ project: project.id }, { signal: following.signal })
  const rescanned = await client.images.rescan({ project: project.id })
  for await (const event of events) {
    if (event.type === 'job' && event.job.id === rescanned.job && event.job.state === 'done') break
  }
  following.abort()
  const order = await client.images.order({ project: project.id, sort: 'name', filter: NO_FILTER })
  const images = [...unpackOrder(order).ids]
  const [row] = await client.images.rows({ project: project.id, images })
  expect(row).toMatchObject({ path: 'a.png', width: 200, fileState: 'ok' })
  const { tiles } = await client.images.get({ project: project.id, image: row!.id })
  const tile = await backend.file(new URL(tiles[0]!.url).pathname)
  expect(tile).toMatchObject({ kind: 'file', mime: 'image/png' })
  expect(tile.kind === 'file' && existsSync(tile.file)).toBe(true)
  expect(await backend.file('/p/nowhere/image/1/rx/thumb')).toMatchObject({ kind: 'no-file', status: 404 })
})

test('failures come with code, sentence and data', async () => {
  const { client } = backend
  const key = await projectKey()
  const gesture = { project: key, image: 1, gestureId: randomUUID(), expectedRevision: 7, plan: dot(0) }
  await expect(client.annotate.apply(gesture)).rejects.toMatchObject({
    ...{ code: 'conflict', data: { revision: 0, expected: 7 } },
    message: expect.stringContaining('was changed elsewhere') as string,
  })
  await expect(client.annotate.apply({ ...gesture, gestureId: 'no' })).rejects.toMatchObject({
    code: 'bad_input',
    message: expect.stringContaining('does not understand') as string,
  })
  await expect(client.images.get({ project: key, image: 99 })).rejects.toMatchObject({ code: 'not_found' })
  await expect(client.images.rows({ project: 'unknown', images: [] })).rejects.toMatchObject({
    code: 'project_not_open',
  })
})

test('killed at any moment, it loses no gesture that it acknowledged; one sent again is applied once', async () => {
  const project = await projectKey()
  const acknowledged: string[] = []
  let sent = 0
  let last = { project, image: 1, gestureId: randomUUID(), expectedRevision: 0, plan: dot(0) }
  const revisionOf = async (): Promise<number> =>
    (await backend.client.images.get({ project, image: 1 })).row.revision
  for (let round = 0; round < 3; round++) {
    const until = sent + 15 + 7 * round
    let revision = await revisionOf()
    const dying = backend
    try {
      for (;;) {
        last = { project, image: 1, gestureId: randomUUID(), expectedRevision: revision, plan: dot(sent++) }
        const answer = backend.client.annotate.apply(last)
        // the process is gone while this gesture is on its way
        if (sent === until) setImmediate(() => dying.child.kill('SIGKILL'))
        revision = (await answer).revision
        acknowledged.push(last.plan.instances[0]!.instance)
      }
    } catch {
      expect(await dying.ended).toBe('SIGKILL')
    }
    backend = await startBackend(join(folder, 'user'))
    await expect(revisionOf()).rejects.toMatchObject({ code: 'project_not_open' })
    await backend.client.project.openRecent({ key: project })
    const after = await revisionOf()
    expect(after - revision).toBeLessThanOrEqual(1)
    expect((await backend.client.annotate.apply(last)).revision).toBe(revision + 1)
    expect(await revisionOf()).toBe(revision + 1)
    acknowledged.push(last.plan.instances[0]!.instance)
  }
  const { truth } = unpackDetail(await backend.client.images.get({ project, image: 1 }))
  expect(truth.map(({ id }) => id)).toEqual(acknowledged)
})

test('a window keeps open what it shows, and nothing when it is gone', async () => {
  const folders = ['p1', 'p2', 'p3'].map((name) => join(folder, name))
  for (const one of folders) await writeImages(one, { 'a.png': { ...SIZE, ships: [] } })
  const { client } = backend
  const other = backend.window()
  const ids: string[] = []
  for (const one of folders) ids.push((await client.project.open({ grant: backend.grant(one) })).id)
  const isOpen = (): Promise<boolean[]> =>
    Promise.all(
      ids.map((project) =>
        other.client.project.summary({ project }).then(
          () => true,
          () => false,
        ),
      ),
    )
  await expect.poll(isOpen).toEqual([false, false, true])
  await other.client.project.openRecent({ key: ids[2]! })
  await other.client.project.openRecent({ key: ids[0]! })
  await expect(client.project.openRecent({ key: 'unknown' })).rejects.toMatchObject({ code: 'not_found' })
  await expect.poll(isOpen).toEqual([true, false, true])
  // a project whose folder is still being listed closes when that has ended
  await client.project.close({ project: ids[2]! })
  await expect.poll(isOpen).toEqual([true, false, false])
  other.close()
  const summary = (): Promise<string> =>
    client.project.summary({ project: ids[0]! }).then(
      () => 'open',
      (error: unknown) => (error instanceof ORPCError ? String(error.code) : String(error)),
    )
  await expect.poll(summary).toBe('project_not_open')
})

test('it ends when the shell is gone, and when told to', async () => {
  const other = await startBackend(join(folder, 'user-2'))
  other.send({ kind: 'stop' })
  expect(await other.ended).toBe(0)
  const third = await startBackend(join(folder, 'user-3'))
  third.child.disconnect()
  expect(await third.ended).toBe(0)
})
