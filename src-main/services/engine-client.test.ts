import { expect, test } from 'vitest'
import { deathOf } from './engine-client.ts'

const KILLED = { exitCode: null, signal: 'SIGKILL', stderr: '' }

test.each([
  ['the kernel killed for want of memory', KILLED, true],
  ['a shell told of a kill', { ...KILLED, exitCode: 137, signal: null }, false],
  ['C++ got no memory', { ...KILLED, signal: 'SIGABRT', stderr: "terminate: 'std::bad_alloc'" }, false],
  ['TensorFlow got no memory', { ...KILLED, stderr: 'OOM when allocating tensor with shape[8,512]' }, false],
  ['V8 got no memory', { ...KILLED, stderr: 'FATAL ERROR: JavaScript heap out of memory' }, false],
])('an engine that ended because %s says so, and what to make smaller', (_, death, oomKilled) => {
  expect(deathOf(death, oomKilled)).toMatchObject({
    code: 'engine_no_memory',
    message: expect.stringMatching(/not enough memory.*is kept.*smaller batch/) as string,
  })
})

test('an engine that was killed says what is kept, and that memory may be short', () => {
  const { code, message } = deathOf(KILLED, false)
  expect(code).toBe('engine_died')
  expect(message).toMatch(/is kept.*restarts by itself.*memory may be short: use a smaller batch/)
  expect(deathOf({ exitCode: 1, signal: null, stderr: 'SyntaxError' }, false).message).not.toContain('memory')
})
