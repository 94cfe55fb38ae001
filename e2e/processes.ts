import type { CDPSession, Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Drydock } from './harness.ts'

/** What the processes of the application hold and do, as the benches of the window ask it. */

/** What is asked of each process. */
export interface Use {
  /** MB that are in memory */
  memory: number
  /** processor seconds since its start */
  seconds: number
}

/** By what the process is; several of one type are summed up. */
export async function usesOf(drydock: Drydock): Promise<Map<string, Use>> {
  const own = await drydock.app.evaluate(({ app }) => app.getAppMetrics().map(({ pid, type }) => ({ pid, type: type }))) // prettier-ignore
  const others = await Promise.all(
    (['backend', 'engine'] as const).map(async (type) => ({ type, pid: await drydock.pidOf(type) })),
  )
  const uses = new Map<string, Use>()
  for (const { pid, type } of [...own, ...others]) {
    const [rss = 0, seconds = 0] = execFileSync('ps', ['-o', 'rss=,cputimes=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/)
      .map(Number)
    const before = uses.get(type) ?? { memory: 0, seconds: 0 }
    uses.set(type, { memory: before.memory + rss / 1000, seconds: before.seconds + seconds })
  }
  return uses
}

/** What the page holds after its waste is cleared away, in MB and in numbers. Older versions of Chromium tell no more. */
export async function pageOf(page: Page, devtools: CDPSession): Promise<Map<string, number>> {
  await page.requestGC()
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters')
  return new Map([
    ['heap, MB', usedSize / 1e6],
    ['nodes', nodes],
    ['listeners', jsEventListeners],
  ])
}

/**
 * Ends Playwright's record of the page's requests, which lies in the page's own process, 2 to 3 KB each, for as long as the page is there: 1,200 requests of one tile took 2.8 MB
 * with it and none without, and its end gave back 4.2 MB. No person's window has it. Playwright has no switch for it.
 */
export async function recordNoRequests(page: Page): Promise<void> {
  const inside = (of: unknown, ...names: string[]): unknown =>
    names.reduce((at, name): unknown => (at instanceof Object ? Reflect.get(at, name) : undefined), of)
  const call = (of: unknown, name: string, ...input: unknown[]): unknown => {
    const work = inside(of, name)
    if (typeof work !== 'function') throw new Error(`This version of Playwright has no ${name} where it was.`)
    return Reflect.apply(work, of, input)
  }
  const own = call(inside(page, '_connection'), 'toImpl', page)
  await call(inside(own, 'delegate', '_mainFrameSession', '_client'), 'send', 'Network.disable')
}

/** Clears away the waste of Electron's own process, which else comes and goes by tens of MB. */
export async function clearShell({ app }: Drydock): Promise<void> {
  await app.evaluate(() => {
    process.getBuiltinModule('v8').setFlagsFromString('--expose-gc')
    const clear: unknown = process.getBuiltinModule('vm').runInNewContext('gc')
    if (typeof clear === 'function') Reflect.apply(clear, undefined, [])
  })
}

/** Private memory of a process, by what it is of, in MB; empty where the system does not tell. */
export function privateOf(pid: number): Map<string, number> {
  if (process.platform !== 'linux') return new Map()
  const kinds = new Map<string, number>()
  let kind = ''
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line)
    if (head) kind = kindOf(head[1] ?? '')
    const kB = /^Private_(?:Clean|Dirty):\s+(\d+) kB$/.exec(line)?.[1]
    if (kB) kinds.set(kind, (kinds.get(kind) ?? 0) + Number(kB) / 1000)
  }
  return kinds
}

function kindOf(name: string): string {
  if (name === '[heap]') return 'heap of C'
  if (name === '' || name.startsWith('[anon')) return name.replace(/^\[anon:|\]$/g, '') || 'anonymous'
  return name.startsWith('[') ? 'stack' : /shm|memfd|SYSV/.test(name) ? 'shared memory' : 'files'
}

/** A Node that opens its inspector, at a free port, when it is sent SIGUSR1. @returns path of what starts it */
export function nodeToLookInto(folder: string): string {
  const file = join(folder, 'node')
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" --inspect-port=127.0.0.1:0 "$@"\n`, {
    mode: 0o755,
  })
  return file
}

/** By the names of Node's own reports. */
const MEMORY_OF_THREADS = `(() => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  process.report.excludeNetwork = true
  const heaps = process.report.getReport().workers.map(({ javascriptHeap }) => javascriptHeap)
  const sum = (what) => heaps.reduce((all, heap) => all + heap[what], 0)
  return { heapUsed, external, arrayBuffers, 'others, used': sum('usedMemory'), 'others, taken': sum('totalMemory') }
})()`

/** What the inspector says; of an answer's error, as where a thread has ended, it is enough that it came. */
const told = z.union([
  z.object({ id: z.number(), result: z.unknown().optional() }),
  z.object({ method: z.enum(['NodeWorker.attachedToWorker', 'NodeWorker.detachedFromWorker']), params: z.object({ sessionId: z.string() }) }),
  z.object({ method: z.literal('NodeWorker.receivedMessageFromWorker'), params: z.object({ message: z.string() }) }),
]) // prettier-ignore

/** The inspector of the backend's threads. Windows has no signals. */
export class BackendInspector {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { thread: string | null; settle: (answer: unknown) => void }>()
  /** Threads beside the first. */
  readonly #threads = new Set<string>()
  #asked = 0

  /** @param userData of an application that was started with {@link nodeToLookInto} */
  static async open(drydock: Drydock, userData: string): Promise<BackendInspector> {
    process.kill(await drydock.pidOf('backend'), 'SIGUSR1')
    for (;;) {
      const logs = join(userData, 'logs')
      const text = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8')).join('\n') // prettier-ignore
      const address = /Debugger listening on (ws:\S+)/.exec(text)?.[1]
      if (address !== undefined) return new BackendInspector(address).#opened()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  private constructor(address: string) {
    this.#socket = new WebSocket(address)
    this.#socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data))))
  }

  #receive(message: unknown): void {
    const { data } = told.safeParse(message)
    if (!data) return
    if ('id' in data) return this.#waiting.get(data.id)?.settle(data.result)
    const { params } = data
    if ('message' in params) return this.#receive(JSON.parse(params.message))
    if (data.method === 'NodeWorker.attachedToWorker') return void this.#threads.add(params.sessionId)
    this.#threads.delete(params.sessionId)
    // a thread that has ended answers nothing, and holds nothing
    for (const { thread, settle } of this.#waiting.values()) if (thread === params.sessionId) settle(null)
  }

  async #opened(): Promise<this> {
    await new Promise((resolve) => this.#socket.addEventListener('open', resolve, { once: true }))
    await this.#ask('NodeWorker.enable', { waitForDebuggerOnStart: false })
    return this
  }

  /** What the threads hold, in MB. */
  async memory(): Promise<Map<string, number>> {
    const { result } = z
      .object({ result: z.object({ value: z.record(z.string(), z.number()) }) })
      .parse(await this.#ask('Runtime.evaluate', { expression: MEMORY_OF_THREADS, returnByValue: true }))
    return new Map(Object.entries(result.value).map(([what, bytes]) => [what, bytes / 1e6]))
  }

  /** Clears away the waste of all threads, as far as V8 finds it. */
  async clear(): Promise<void> {
    const clearing = 'HeapProfiler.collectGarbage'
    await this.#ask(clearing)
    // one that ends meanwhile is not in the set any more when its turn comes
    for (const thread of this.#threads) await this.#ask(clearing, {}, thread)
  }

  /** @param thread session of another than the first */
  async #ask(
    method: string,
    params: Record<string, unknown> = {},
    thread: string | null = null,
  ): Promise<unknown> {
    const id = ++this.#asked
    const answer = new Promise((settle) => this.#waiting.set(id, { thread, settle }))
    const message = JSON.stringify({ id, method, params })
    if (thread === null) this.#socket.send(message)
    else await this.#ask('NodeWorker.sendMessageToWorker', { sessionId: thread, message })
    return answer.finally(() => this.#waiting.delete(id))
  }
}
