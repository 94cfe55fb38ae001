import { delimiter } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { engineEnvironment, tensorflowLibraries } from './locations.ts'

const name = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }[process.platform as string] ?? 'LD_LIBRARY_PATH'
const before = process.env[name]
afterEach(() => {
  if (before === undefined) delete process.env[name]
  else process.env[name] = before
})

test('libtensorflow comes first on the library path, once, and what was there is kept', () => {
  process.env[name] = ['/opt/cuda', tensorflowLibraries, '/opt/more'].join(delimiter)
  expect(engineEnvironment()[name]).toBe([tensorflowLibraries, '/opt/cuda', '/opt/more'].join(delimiter))
  delete process.env[name]
  expect(engineEnvironment()[name]).toBe(tensorflowLibraries)
})
