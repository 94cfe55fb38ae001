import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where everything lies: in a clone run from source, in a built clone, in tests and in a packaged application.
 * Environment variables win: DRYDOCK_USER_DATA (settings, logs, sample project), DRYDOCK_CACHE (libtensorflow,
 * downloads), DRYDOCK_NODE (the Node 22 that runs backend and engine).
 */

/** Processes and workers that are started by file. */
export type EntryName = 'backend' | 'engine' | 'probe' | 'cli' | 'worker' | 'reader' | 'train-worker'

const here = dirname(fileURLToPath(import.meta.url))

/** True where the TypeScript sources run as they are (Node 22 strips the types). */
export const fromSource = import.meta.url.endsWith('.ts')

function findRoot(): string {
  let folder = here
  while (!existsSync(join(folder, 'resources')) || !existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`Drydock's own folder is incomplete: no "resources" above ${here}`)
    folder = parent
  }
  return folder
}

/** The folder that holds package.json and resources. */
export const root = findRoot()

/** Icons, the sample, the base model, the prebuilt addon. */
export const resources = join(root, 'resources')

/** Folder of the model version that ships with Drydock. */
export const baseModel = join(resources, 'base-model')

/** Images and truth of the sample project. */
export const sample = join(resources, 'sample')

function platformFolder(kind: 'data' | 'cache'): string {
  const home = homedir()
  if (process.platform === 'win32') {
    const base = process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')
    return join(base, 'Drydock', kind)
  }
  if (process.platform === 'darwin') {
    return join(home, 'Library', kind === 'data' ? 'Application Support' : 'Caches', 'Drydock')
  }
  return kind === 'data'
    ? join(process.env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'drydock')
    : join(process.env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'drydock')
}

/** Settings, recent projects, logs, the copy of the sample project. */
export const userData = resolve(process.env['DRYDOCK_USER_DATA'] ?? platformFolder('data'))

export const logs = join(userData, 'logs')

/** Downloads that outlive a reinstall. */
export const userCache = resolve(process.env['DRYDOCK_CACHE'] ?? platformFolder('cache'))

const packagedLibraries = join(root, 'libtensorflow')

/** libtensorflow's shared libraries: those of a packaged Drydock, or what the set-up has put in the cache; may not exist. */
export const tensorflowLibraries = existsSync(packagedLibraries)
  ? packagedLibraries
  : join(userCache, 'libtensorflow', '2.13.1')

/**
 * The CUDA build of libtensorflow and CUDA's own libraries, a folder for each package, where `npm run setup -- --gpu` has
 * put them; it has this name only when it is whole.
 */
export const cudaLibraries = join(userCache, 'libtensorflow', '2.13.1-cuda')

const libraryPathOf: Partial<Record<NodeJS.Platform, string>> = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }

/** The environment variable with the folders in which the loader looks for libraries. */
export const libraryPath = libraryPathOf[process.platform] ?? 'LD_LIBRARY_PATH'

/**
 * glibc gives blocks of megabytes back to the system at once and takes them anew at the next operation, page by page;
 * kept, a training step takes a tenth to a fifth less.
 */
const KEPT_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 32),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
  MALLOC_TOP_PAD_: String(2 ** 28),
}

/**
 * What a process needs in its environment, from its start, to load the tfjs-node addon: the system's library path
 * with libtensorflow's folders first (the loader reads it only once), TensorFlow's log at warnings and above, and oneDNN.
 * Merge it over `process.env` when starting an engine.
 */
export function engineEnvironment(): Record<string, string> {
  const others = (process.env[libraryPath] ?? '').split(delimiter)
  const cuda = existsSync(cudaLibraries) ? readdirSync(cudaLibraries).sort() : []
  const own = [...cuda.map((folder) => join(cudaLibraries, folder)), tensorflowLibraries]
  const folders = [...own, ...others.filter((folder) => folder && !own.includes(folder))]
  return {
    [libraryPath]: folders.join(delimiter),
    TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    // By itself libtensorflow takes all of a GPU's memory, and leaves none to a second window or the command line.
    TF_FORCE_GPU_ALLOW_GROWTH: process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true',
    // By itself libtensorflow takes oneDNN on processors with AVX-512 alone; on others a step takes a third longer without.
    TF_ENABLE_ONEDNN_OPTS: process.env['TF_ENABLE_ONEDNN_OPTS'] ?? '1',
    ...(process.platform === 'linux' ? KEPT_MEMORY : {}),
  }
}

/**
 * How Node runs the backend. Its threads share their heaps' growth: by themselves they wait with clearing away until there is several times what they hold, and each has
 * blocks of the system's memory of its own, which together are half of what the process takes.
 * @param file that it is started from
 */
export function backendArguments(file: string): string[] {
  return ['--heap-growing-percent=20', '--max-semi-space-size=2', file]
}

/**
 * What belongs to the backend's environment, and to no process that it starts. Its threads share two of glibc's pools, and what is larger than 32 KiB lies outside of them and goes
 * back when it is freed: by itself glibc raises that, up to 32 MB, to the largest block that was freed, and blocks of pictures then lie among small ones in the pools, which keep what
 * they once took. (With 128 KiB, glibc's first value, they grew from 39 to 55 MB over a thousand images, of which 12 MB were holes; with 32 from 26 to 34.)
 */
export const BACKEND_ENVIRONMENT: Readonly<Record<string, string>> =
  process.platform === 'linux'
    ? {
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: String(2 ** 15),
        MALLOC_TRIM_THRESHOLD_: String(2 ** 17),
        MALLOC_TOP_PAD_: String(2 ** 17),
      }
    : {}

/** The Node 22 that runs backend and engine: the running one if it is Node 22 or later and no Electron. */
export function nodeBinary(): string {
  const named = process.env['DRYDOCK_NODE']
  if (named) return named
  const major = Number(process.versions.node.split('.')[0])
  if (!process.versions['electron'] && major >= 22) return process.execPath
  const windows = process.platform === 'win32'
  const folder = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const bundled = join(root, 'node_modules', folder, 'bin', windows ? 'node.exe' : 'node')
  return existsSync(bundled) ? bundled : 'node'
}

/** The file to start for a process or worker. */
export function entry(name: EntryName): string {
  if (!fromSource) return join(root, 'out', 'main', `${name}.js`)
  const sources: Record<EntryName, string> = {
    backend: 'backend/main.ts',
    engine: 'engine/main.ts',
    probe: 'engine/probe-main.ts',
    cli: 'cli/main.ts',
    worker: 'services/worker.ts',
    reader: 'services/reader.ts',
    'train-worker': 'services/train/train-worker.ts',
  }
  return join(root, 'src-main', ...sources[name].split('/'))
}
