import { delimiter } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { engineEnvironment, tensorflowLibraries } from './locations.ts'

const name = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }[process.platform as string] ?? 'LD_LIBRARY_PATH'
afterEach(() => vi.unstubAllEnvs())

test('libtensorflow comes first on the library path, once, and what was there is kept', () => {
  vi.stubEnv(name, ['/opt/cuda', tensorflowLibraries, '/opt/more'].join(delimiter))
  expect(engineEnvironment()[name]).toBe([tensorflowLibraries, '/opt/cuda', '/opt/more'].join(delimiter))
  vi.stubEnv(name, undefined)
  expect(engineEnvironment()[name]).toBe(tensorflowLibraries)
})
