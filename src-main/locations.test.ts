import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'drydock-cache-'))
  vi.stubEnv('DRYDOCK_CACHE', cache)
  vi.resetModules()
})

const name = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }[process.platform as string] ?? 'LD_LIBRARY_PATH'
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true, force: true })
})

test('libtensorflow comes first on the library path, once, and what was there is kept', async () => {
  const { engineEnvironment, tensorflowLibraries } = await import('./locations.ts')
  vi.stubEnv(name, ['/opt/cuda', tensorflowLibraries, '/opt/more'].join(delimiter))
  expect(engineEnvironment()[name]).toBe([tensorflowLibraries, '/opt/cuda', '/opt/more'].join(delimiter))
  vi.stubEnv(name, undefined)
  expect(engineEnvironment()[name]).toBe(tensorflowLibraries)
})

test('the CUDA build goes before it, once it is whole', async () => {
  const { cudaLibraries, engineEnvironment, tensorflowLibraries } = await import('./locations.ts')
  vi.stubEnv(name, '/opt/more')
  mkdirSync(join(`${cudaLibraries}.partial`, 'tensorflow'), { recursive: true })
  expect(engineEnvironment()[name]).toBe([tensorflowLibraries, '/opt/more'].join(delimiter))
  renameSync(`${cudaLibraries}.partial`, cudaLibraries)
  mkdirSync(join(cudaLibraries, 'nvidia-cublas-cu11'))
  const cuda = ['nvidia-cublas-cu11', 'tensorflow'].map((folder) => join(cudaLibraries, folder))
  expect(engineEnvironment()[name]).toBe([...cuda, tensorflowLibraries, '/opt/more'].join(delimiter))
})

test.runIf(process.platform === 'linux')(
  'the backend keeps no memory as the engine does, whatever it is started from',
  async () => {
    const { BACKEND_ENVIRONMENT, engineEnvironment } = await import('./locations.ts')
    const kept = Object.entries(engineEnvironment()).filter(([variable]) => variable.startsWith('MALLOC_'))
    expect(kept).not.toEqual([])
    for (const [variable, bytes] of kept)
      expect(Number(BACKEND_ENVIRONMENT[variable])).toBeLessThan(Number(bytes))
  },
)
