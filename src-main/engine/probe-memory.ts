import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { libraryPath } from '../locations.ts'
import { writeWhole } from '../whole-file.ts'
import { titleOf } from './load.ts'
import type { Candidate } from './load.ts'

/** What a probe that was passed has found. */
const pass = z.object({
  /** a GPU's and the processor's time for the same convolution; null where only the processor was asked */
  convolutionMs: z.object({ gpu: z.number(), cpu: z.number() }).nullable(),
})
export type Pass = z.infer<typeof pass>

const memoryFile = z.object({
  format: z.literal('drydock-probes-1'),
  passes: z.record(z.string(), z.object({ key: z.string(), pass })),
})
type Passes = z.infer<typeof memoryFile>['passes']

const cjs = createRequire(import.meta.url)

/**
 * The probes that were passed, in a file of the user's cache, so that a start is not slowed down by them. A file that
 * cannot be read or written costs a probe and nothing else.
 */
export class ProbeMemory {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /**
   * The pass of a candidate on this very machine, or null. It is forgotten until it is kept again: a backend that
   * ends the engine while it starts, against what it did before, is probed anew by the next one.
   */
  async take(candidate: Candidate, key: string): Promise<Pass | null> {
    const passes = await this.#read()
    const found = passes[titleOf(candidate)]
    if (found?.key !== key) return null
    const forgotten = await this.#write(without(passes, candidate))
    return forgotten ? found.pass : null
  }

  /** Remembers a pass. */
  async keep(candidate: Candidate, key: string, found: Pass): Promise<void> {
    await this.#write({ ...(await this.#read()), [titleOf(candidate)]: { key, pass: found } })
  }

  async #read(): Promise<Passes> {
    try {
      return memoryFile.parse(JSON.parse(await readFile(this.#file, 'utf8'))).passes
    } catch {
      return {}
    }
  }

  async #write(passes: Passes): Promise<boolean> {
    const content: z.infer<typeof memoryFile> = { format: 'drydock-probes-1', passes }
    try {
      await writeWhole(this.#file, `${JSON.stringify(content, null, 2)}\n`)
      return true
    } catch {
      return false
    }
  }
}

function without(passes: Passes, candidate: Candidate): Passes {
  return Object.fromEntries(Object.entries(passes).filter(([title]) => title !== titleOf(candidate)))
}

/** A hash of all that could change the outcome of a candidate's probe, as far as it is cheaply known. */
export function probeKey({ name, device }: Candidate, environment: NodeJS.ProcessEnv = process.env): string {
  const [cpu] = cpus()
  const common = [name, device, process.version, process.platform, process.arch, cpu?.model, cpus().length]
  const own = {
    tensorflow: () => [
      packageVersion('@tensorflow/tfjs-node-gpu'),
      addonStamp(),
      ...libraryStamps(environment),
      ...gpuFacts(environment),
    ],
    wasm: () => [packageVersion('@tensorflow/tfjs'), packageVersion('@tensorflow/tfjs-backend-wasm')],
    cpu: () => [packageVersion('@tensorflow/tfjs')],
  }[name]()
  return createHash('sha256')
    .update(JSON.stringify([...common, ...own]))
    .digest('hex')
}

function packageVersion(name: string): string | null {
  return orNull(() => z.object({ version: z.string() }).parse(cjs(`${name}/package.json`)).version)
}

function addonStamp(): string | null {
  return orNull(() =>
    stampOf(
      join(
        dirname(cjs.resolve('@tensorflow/tfjs-node-gpu/package.json')),
        'lib',
        'napi-v8',
        'tfjs_binding.node',
      ),
    ),
  )
}

/** The libraries of TensorFlow and CUDA in the folders where the loader looks first. */
function libraryStamps(environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment[libraryPath] ?? '').split(delimiter)
  return folders.filter(Boolean).flatMap((folder) => {
    const files = orNull(() => readdirSync(folder)) ?? []
    const libraries = files.filter((file) => /^(lib)?(tensorflow|cu|nv)/.test(file)).sort()
    return libraries.map((file) => orNull(() => stampOf(join(folder, file))) ?? file)
  })
}

/** The NVIDIA driver, its cards, and what is said of them in the environment; Linux tells the first two. */
function gpuFacts(environment: NodeJS.ProcessEnv): (string | null)[] {
  const cards = orNull(() => readdirSync('/proc/driver/nvidia/gpus')) ?? []
  return [
    environment['CUDA_VISIBLE_DEVICES'] ?? null,
    environment['TF_ENABLE_ONEDNN_OPTS'] ?? null,
    orNull(() => readFileSync('/proc/driver/nvidia/version', 'utf8')),
    ...cards.sort(),
  ]
}

/** The file as it is now: path, size and time. */
function stampOf(file: string): string {
  const { size, mtimeMs } = statSync(file)
  return `${file} ${size} ${mtimeMs}`
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
