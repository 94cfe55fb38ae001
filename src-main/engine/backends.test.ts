import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BackendName } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { entry } from '../locations.ts'
import { chooseBackend } from './backends.ts'
import type { Probing } from './backends.ts'
import { decideGpu } from './gpu.ts'
import { ProbeMemory, probeKey } from './probe-memory.ts'
import type { ProbeReport } from './throwaway.ts'

let scratch = ''
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'drydock-probe-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs')

/** Writes the file of a throw-away process: notes that it was started, does something, then what the real one does. */
function probing(does = '', more: Partial<Probing> = {}): Probing {
  const file = join(scratch, 'entry.mjs')
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs'
    import { createRequire } from 'node:module'
    const { candidate } = JSON.parse(process.argv[2])
    appendFileSync(${JSON.stringify(started())}, candidate.name + ' ' + candidate.device + ' ' + process.pid + '\\n')
    const answer = (report) => process.send(report, () => process.exit(0))
    ${does}
    await import(${JSON.stringify(pathToFileURL(entry('probe')).href)})`,
  )
  return { entry: file, limitMs: 60_000, memory: memory(), gpu: 'none', ...more }
}

/** What makes the sums of plain JavaScript do something more with `out`. */
const withSum = (does: string): string => `
  const tf = createRequire(import.meta.url)(${JSON.stringify(tfjs)})
  const sum = tf.getKernel('Sum', 'cpu')
  tf.unregisterKernel('Sum', 'cpu')
  tf.registerKernel({ ...sum, kernelFunc: (given) => {
    const out = sum.kernelFunc(given)
    ${does}
    return out
  } })`

const started = (): string => join(scratch, 'started.txt')
const memory = (): string => join(scratch, 'cache', 'probes.json')

/** `name device` of each throw-away process until now. */
function starts(): string[] {
  const lines = existsSync(started()) ? readFileSync(started(), 'utf8').trim().split('\n') : []
  return lines.map((line) => line.split(' ').slice(0, 2).join(' '))
}

/** Why the only backend that was asked for was not taken. */
async function refusal(name: BackendName, how: Probing): Promise<string> {
  const error: unknown = await chooseBackend(name, how).catch((refused: unknown) => refused)
  if (!(error instanceof DrydockError)) throw new Error(`it took ${name}`)
  const { passedOver } = error.data as { passedOver: { reason: string }[] }
  return passedOver.map(({ reason }) => reason).join('; ')
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a candidate', () => {
  it.skipIf(process.platform === 'win32')(
    'that crashes is passed over, and the next one is taken',
    async () => {
      const crash = `if (candidate.name !== 'cpu') process.kill(process.pid, 'SIGSEGV'), await new Promise(() => {})`
      const { info } = await chooseBackend(null, probing(crash))
      expect(info).toMatchObject({
        name: 'cpu',
        passedOver: [
          { name: 'tensorflow', reason: 'it crashed (SIGSEGV)' },
          { name: 'wasm', reason: 'it crashed (SIGSEGV)' },
        ],
      })
    },
  )

  it.skipIf(process.platform === 'win32')('that aborts is passed over with its last words', async () => {
    const how = probing(`console.error('libmade-up.so: no such device'); process.abort()`)
    expect(await refusal('cpu', how)).toMatch(/^it crashed \(SIGABRT\)/)
    const quits = probing(`console.error('libmade-up.so: no such device'); process.exit(3)`)
    expect(await refusal('cpu', quits)).toBe(
      'it ended without an answer (code 3): libmade-up.so: no such device',
    )
  })

  it('that hangs is killed after the limit', async () => {
    expect(await refusal('cpu', probing('for (;;);', { limitMs: 1500 }))).toBe('no answer in 1.5 s')
    // on a busy machine it may not even have begun
    const pid = existsSync(started()) ? Number(readFileSync(started(), 'utf8').split(' ')[2]) : null
    expect(pid !== null && isRunning(pid)).toBe(false)
  })

  it('that hangs ends even where the engine was killed meanwhile', async () => {
    const hangs = join(scratch, 'hangs')
    // only its own limit is short, and it hangs as soon as that has begun, however slowly it starts
    const { entry: file } = probing(`
      process.argv[2] = JSON.stringify({ ...JSON.parse(process.argv[2]), limitMs: 2000 })
      const { on } = process
      process.on = (event, heard) => {
        if (event !== 'disconnect') return on.call(process, event, heard)
        appendFileSync(${JSON.stringify(hangs)}, '')
        for (;;);
      }`)
    const order = JSON.stringify({
      candidate: { name: 'cpu', device: 'CPU' },
      timed: false,
      limitMs: 300_000,
    })
    const module = pathToFileURL(join(import.meta.dirname, 'throwaway.ts')).href
    const script = `import { probeApart } from ${JSON.stringify(module)}
      await probeApart(${order}, ${JSON.stringify(file)})`
    const engine = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' })
    await expect.poll(() => existsSync(hangs), { timeout: 60_000 }).toBe(true)
    engine.kill('SIGKILL')
    const pid = Number(readFileSync(started(), 'utf8').split(' ')[2])
    await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false)
  })

  it('that computes a wrong value is passed over', async () => {
    const wrong = withSum('given.backend.data.get(out.dataId).values[0] += 1')
    expect(await refusal('cpu', probing(wrong))).toMatch(/^the cpu backend computes \[\[63\],.*instead of/)
  })
})

describe('a passed probe', () => {
  it('is remembered: the next start needs none', async () => {
    const how = probing()
    await chooseBackend('cpu', how)
    const first = readFileSync(memory(), 'utf8')
    await chooseBackend('cpu', how)
    expect(starts()).toEqual(['cpu CPU'])
    expect(readFileSync(memory(), 'utf8')).toBe(first)
  })

  it('is made again where its key is another, or the memory cannot be read', async () => {
    const how = probing()
    await chooseBackend('cpu', how)
    const whole = readFileSync(memory(), 'utf8')
    const { passes } = JSON.parse(whole) as { passes: { cpu: { key: string } } }
    writeFileSync(memory(), whole.replace(passes.cpu.key, 'of another machine'))
    await chooseBackend('cpu', how)
    writeFileSync(memory(), whole.slice(0, 40))
    await chooseBackend('cpu', how)
    expect(starts()).toHaveLength(3)
    expect(readFileSync(memory(), 'utf8')).toBe(whole)
  })

  it('is the only thing that is remembered: what failed is tried again', async () => {
    const how = probing(
      `if (candidate.name !== 'cpu') answer({ passed: false, reason: 'broken' }), await new Promise(() => {})`,
    )
    await chooseBackend(null, how)
    const { info } = await chooseBackend(null, how)
    expect(info.passedOver.map(({ reason }) => reason)).toEqual(['broken', 'broken'])
    expect(starts()).toEqual(['tensorflow CPU', 'wasm CPU', 'cpu CPU', 'tensorflow CPU', 'wasm CPU'])
  })

  it('is forgotten while its backend is loaded: one that ends the engine is probed by the next', async () => {
    const how = probing()
    await chooseBackend('cpu', how)
    const cpu = { name: 'cpu', device: 'CPU' } as const
    expect(await new ProbeMemory(memory()).take(cpu, probeKey(cpu))).toEqual({ convolutionMs: null })
    await chooseBackend('cpu', how)
    expect(starts()).toHaveLength(2)
  })

  it('without a place to remember it is made each time', async () => {
    writeFileSync(join(scratch, 'cache'), 'a file where the folder would be')
    const how = probing()
    await chooseBackend('cpu', how)
    await chooseBackend('cpu', how)
    expect(starts()).toHaveLength(2)
  })
})

it.skipIf(process.platform !== 'linux')('the key of a pass follows the libraries and the environment', () => {
  const tensorflow = { name: 'tensorflow', device: 'CPU' } as const
  const environment = { LD_LIBRARY_PATH: `${scratch}:/no/such/folder` }
  const key = (more = {}): string => probeKey(tensorflow, { ...environment, ...more })
  const none = key()
  expect(key()).toBe(none)
  writeFileSync(join(scratch, 'libtensorflow_cc.so.2'), 'one')
  const one = key()
  writeFileSync(join(scratch, 'libtensorflow_cc.so.2'), 'another')
  expect(new Set([none, one, key(), key({ CUDA_VISIBLE_DEVICES: '1' })]).size).toBe(4)
  expect(probeKey({ ...tensorflow, device: 'GPU' }, environment)).not.toBe(key())
})

describe('a GPU', () => {
  const report = (onGpu: boolean, convolutionMs: number | null): ProbeReport => ({
    passed: true,
    onGpu,
    convolutionMs,
  })
  const slow = report(false, 120)

  it('is taken where it is in use and faster than the processor', () => {
    expect(decideGpu(report(true, 4.25), slow)).toEqual({ gpu: 4.25, cpu: 120 })
  })

  it.each([
    ['its probe failed', { passed: false, reason: 'it crashed (SIGSEGV)' } as const, slow, /^it crashed/],
    ['libtensorflow does not use it', report(false, 4), slow, /found no GPU that it computes on$/],
    ['it is slower', report(true, 121), slow, /^it is no faster: .* 121 ms there, 120 ms on the processor$/],
    ['it is as slow', report(true, 120), slow, /^it is no faster/],
    ['the processor failed', report(true, 4), { passed: false, reason: 'no' } as const, /not be compared/],
    ['the processor was not asked', report(true, 4), null, /not be compared/],
    ['the GPU could not be hidden', report(true, 4), report(true, 4), /not be compared/],
    ['nothing was timed', report(true, null), slow, /not be compared/],
  ])('is not taken where %s', (_, gpu, cpu, reason) => {
    expect(decideGpu(gpu, cpu)).toEqual({ notBecause: expect.stringMatching(reason) as string })
  })

  const hasLibrary = ((): boolean => {
    try {
      createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu')
      return true
    } catch {
      return false
    }
  })()
  const GPU = { name: 'tensorflow on GPU' }
  const says = (onGpu: boolean): string =>
    `if (candidate.device === 'GPU') answer({ passed: true, onGpu: ${onGpu}, convolutionMs: 0 }), await new Promise(() => {})`

  it.skipIf(!hasLibrary)('that is not used is passed over, and the processor is taken', async () => {
    const { info } = await chooseBackend(null, probing(says(false), { gpu: 'ready' }))
    const reason = 'libtensorflow found no GPU that it computes on'
    expect(info).toMatchObject({ name: 'tensorflow', device: 'CPU', passedOver: [{ ...GPU, reason }] })
    expect(starts()).toEqual(['tensorflow GPU', 'tensorflow CPU'])
  })

  it.skipIf(!hasLibrary)(
    'that the engine itself does not get is passed over, and not remembered',
    async () => {
      const { info } = await chooseBackend('tensorflow', probing(says(true), { gpu: 'ready' }))
      const reason = 'here it computes on the processor'
      expect(info).toMatchObject({ name: 'tensorflow', device: 'CPU', passedOver: [{ ...GPU, reason }] })
      expect(starts()).toEqual(['tensorflow GPU', 'tensorflow CPU'])
      expect(Object.keys((JSON.parse(readFileSync(memory(), 'utf8')) as { passes: object }).passes)).toEqual([
        'tensorflow',
      ])
    },
  )

  it.skipIf(!hasLibrary)('without the libraries for it costs no probe, and says what to type', async () => {
    const { info } = await chooseBackend('tensorflow', probing('', { gpu: 'no build' }))
    expect(info.device).toBe('CPU')
    expect(info.passedOver[0]?.reason).toContain('npm run setup -- --gpu')
    expect(starts()).toEqual(['tensorflow CPU'])
  })
})
