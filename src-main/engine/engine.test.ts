import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engineEnvironment, resources, root } from '../locations.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import {
  BACKENDS,
  engineOn,
  enginePids,
  hasLibrary,
  host,
  killEngines,
  request,
  scene,
  scratch,
  TRAINS,
} from '../testing/trainings.ts'

describe('the backend', () => {
  it('is libtensorflow wherever its libraries and addon are there: no silent fall-back', async () => {
    const folder = Object.values(engineEnvironment())[0]!.split(':')[0]!
    const info = await engineOn(null).info()
    if (hasLibrary && existsSync(folder)) expect(info.name).toBe('tensorflow')
    else expect(info.passedOver[0]).toMatchObject({ name: 'tensorflow' })
    expect(info.threads).toBeGreaterThanOrEqual(1)
    expect(info.why).not.toBe('')
  })

  it.each(BACKENDS)(
    '%s, asked for, is the one that runs, and only plain JavaScript does not train',
    async (name) => {
      const info = await engineOn(name).info()
      expect(info).toMatchObject({
        name,
        trains: name !== 'cpu',
        device: name === 'cpu' ? 'JavaScript' : 'CPU',
      })
    },
  )

  it('plain JavaScript refuses to train with a sentence', async () => {
    const refused = engineOn('cpu').train(request('refused'), host().options)
    await expect(refused).rejects.toMatchObject({ code: 'no_training_backend' })
  })
})

describe.each(BACKENDS)('verify on %s', (backend) => {
  const outside = join(root, '..', 'shared', 'reference')
  const shipped = join(resources, 'reference')
  const files = [shipped, outside].flatMap((folder) =>
    ['loss.json', 'loss_cases.json', 'f2.json', 'f2_cases.json']
      .map((name) => join(folder, name))
      .filter((path) => existsSync(path)),
  )

  it('passes every reference case, value and gradient', async () => {
    if (!existsSync(outside)) console.warn(`${outside} is not there: only the shipped cases run`)
    const cases = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown)
    const findings = await engineOn(backend).verify(cases, {})
    expect(findings.filter(({ passed }) => !passed)).toEqual([])
    const kinds = new Set(findings.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(
      ['layer', 'layer and loss', 'loss dense', 'loss segment', 'metric exact', 'metric tensor'].sort(),
    )
    expect(findings.length).toBeGreaterThan(40)
  })

  it('finds a wrong value, and refuses a file of another form', async () => {
    const file = JSON.parse(readFileSync(join(shipped, 'loss.json'), 'utf8')) as { loss_cases: object[] }
    const wrong = { loss_cases: [{ ...file.loss_cases[3], loss: 5.01 }] }
    const engine = engineOn(backend)
    const findings = await engine.verify([wrong], {})
    expect(findings.map(({ passed }) => passed)).toEqual([false, false])
    await expect(engine.verify([{ cases: 3 }], {})).rejects.toMatchObject({ code: 'file_broken' })
  })
})

describe('an engine that is killed', () => {
  it('ends the open call with engine_died, and the next call works', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('small'), host().options)
    const { image } = scene(5, 640)
    const infer = () =>
      engine.infer(
        { modelFolder: join(scratch, 'small'), image, flips: true, tile: 64 },
        {
          onProgress: ({ done }) => {
            if (done === 1 && !killed) {
              killed = true
              killEngines()
            }
          },
        },
      )
    let killed = false
    await expect(infer()).rejects.toMatchObject({ code: 'engine_died' })
    expect((await infer()).width).toBe(640)
  })

  it.skipIf(!hasLibrary || !existsSync('/usr/bin/prlimit'))(
    'that gets no memory says so, and the next call works',
    async () => {
      const engine = startEngine({ backend: 'tensorflow' })
      const before = new Set(enginePids())
      await engine.info()
      const own = enginePids().filter((pid) => !before.has(pid))
      expect(own).toHaveLength(1)
      const used = Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${own[0]}/status`, 'utf8'))?.[1])
      execFileSync('prlimit', ['--pid', String(own[0]), `--as=${(used + 64 * 1024) * 1024}`])
      const images = new Uint8Array(8 * 512 * 512 * 3)
      const batch = { images, labels: new Uint16Array(8 * 512 * 512), batch: 8, crop: 512 }
      try {
        const training = engine.train(request('no memory', { batch: 8, crop: 512 }), {
          ...host().options,
          batch: async () => batch,
        })
        // libtensorflow may say what it lacked, or stumble over it: then the signal is all that is known
        await expect(training).rejects.toMatchObject({
          code: expect.stringMatching(/^engine_(no_memory|died)$/) as string,
          message: expect.stringContaining('smaller batch') as string,
        })
        expect(await engine.train(request('memory again', { steps: 1 }), host().options)).toMatchObject({
          steps: 1,
        })
      } finally {
        await engine.stop()
      }
    },
  )

  it('a cancelled prediction ends as cancelled, a wrong request as bad input', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('again'), host().options)
    const { image } = scene(5, 320)
    const stop = new AbortController()
    const modelFolder = join(scratch, 'again')
    const cancelled = engine.infer(
      { modelFolder, image, flips: false, tile: 32 },
      { signal: stop.signal, onProgress: () => stop.abort() },
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    const short = { ...image, data: image.data.subarray(1) }
    const wrong = engine.infer({ modelFolder, image: short, flips: false, tile: 32 }, {})
    await expect(wrong).rejects.toMatchObject({ code: 'bad_input' })
    const none = engine.infer({ modelFolder: join(scratch, 'no-such'), image, flips: false, tile: 32 }, {})
    await expect(none).rejects.toMatchObject({ code: 'file_broken' })
  })
})
