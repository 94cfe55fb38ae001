import { expect, test } from 'vitest'
import { inferenceKey } from './infer.ts'

const wanted = { pixels: 'a'.repeat(64), model: { id: 'b'.repeat(64), folder: 'anywhere' } }

// by sha256sum over 'aaa... bbb... tile 1024 flips 0', so that caches of earlier versions are found
test('without flips the key of an inference stays what it always was; flips have another', () => {
  expect(inferenceKey({ ...wanted, flips: false })).toBe(
    'b9f3ea001f5b6e4f3d696ddbf0ce9bc8d2d288cae3e2bd0efed4539b6aa8b72f',
  )
  expect(inferenceKey({ ...wanted, flips: true })).toBe(
    '9b32861d672ace0cc04392690931e4d36e7d25dadcd2354117481fd56b0b97c9',
  )
})
