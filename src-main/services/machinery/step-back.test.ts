import { once } from 'node:events'
import { constants, getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

test.runIf(process.platform === 'linux')(
  'a thread that steps back leaves the others where they are',
  async () => {
    const ours = getPriority()
    const { href } = new URL('./step-back.ts', import.meta.url)
    const code = `import(${JSON.stringify(href)}).then(({ stepBack }) => {
    stepBack()
    require('node:worker_threads').parentPort.postMessage(require('node:os').getPriority())
  })`
    const told: unknown[] = await once(new Worker(code, { eval: true, stderr: true }), 'message')
    expect(told).toEqual([Math.max(ours, constants.priority.PRIORITY_BELOW_NORMAL)])
    expect(getPriority()).toBe(ours)
  },
)
