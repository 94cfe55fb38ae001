import { afterAll, beforeAll, expect, test } from 'vitest'
import { DrydockError } from '../../contract/errors.ts'
import { openBench } from '../../testing/project.ts'
import { PeopleFirst, FIRST } from './people-first.ts'
import { queueOptionsSymbol } from 'piscina'

let bench: Awaited<ReturnType<typeof openBench>>
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.end())

test('where a part cannot be taken the read ends, and fails with what went wrong', async () => {
  const { project, images } = bench
  const take = (): never => {
    throw new DrydockError('disk_full', 'No room.')
  }
  const failed = project.reads.run('images.compare', { root: images }, { take })
  await expect(failed).rejects.toMatchObject({ code: 'disk_full' })
})

test('a read that nobody wants any more ends as cancelled', async () => {
  const { project, images } = bench
  const ending = new AbortController()
  const reason = new DrydockError('cancelled', 'Enough.')
  const take = (): void => ending.abort(reason)
  const { signal } = ending
  const failed = project.reads.run('images.compare', { root: images }, { signal, take })
  await expect(failed).rejects.toBe(reason)
  await expect(project.reads.run('images.rows', { ids: [1] }, { signal })).rejects.toBe(reason)
})

test('a project that is closed is read no more', async () => {
  const { project, host } = bench
  const reading = project.reads.run('images.rows', { ids: [1] })
  await host.release(project.id)
  await Promise.allSettled([reading])
  await expect(project.reads.run('images.rows', { ids: [1] })).rejects.toMatchObject({ code: 'cancelled' })
})

test('what somebody waits for comes before what else waits for a thread', () => {
  const queue = new PeopleFirst()
  const tasks = [null, FIRST[queueOptionsSymbol], null, FIRST[queueOptionsSymbol]].map((options) => ({
    [queueOptionsSymbol]: options,
  }))
  for (const task of tasks) queue.push(task)
  queue.remove(tasks[2]!)
  expect(queue.size).toBe(3)
  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
    tasks[1],
    tasks[3],
    tasks[0],
    null,
  ])
})
