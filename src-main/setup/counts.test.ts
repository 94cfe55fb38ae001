import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hashSources } from './build.mjs'
import { countPlaywright, countSuite, countVitest, lastLine } from './counts.mjs'

const vitest = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }

test('counts tests, and a test file that could not be loaded as a failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
    { status: 'failed', assertionResults: [] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ]
  expect(countVitest({ ...vitest, testResults })).toEqual({ passed: 7, failed: 2, skipped: 3 })
})

test('counts a test that passed only when repeated as failed', () => {
  const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }
  expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 4, failed: 2, skipped: 2 })
})

test('a suite without a report, or with a bad end that no test accounts for, failed', () => {
  expect(countSuite(null, 0).failed).toBe(1)
  expect(countSuite({ passed: 3, failed: 0, skipped: 0 }, 1).failed).toBe(1)
  expect(countSuite({ passed: 3, failed: 2, skipped: 0 }, 1).failed).toBe(2)
  expect(countSuite({ passed: 3, failed: 0, skipped: 0 }, 0).failed).toBe(0)
})

test('the last line adds the suites up', () => {
  const one = { passed: 3, failed: 1, skipped: 0 }
  expect(lastLine([one, { passed: 4, failed: 0, skipped: 0 }])).toBe('7 passed, 1 failed')
  expect(lastLine([one, { passed: 4, failed: 0, skipped: 2 }])).toBe('7 passed, 1 failed, 2 skipped')
})

test('the build is stale when a source changes, not when a test or the set-up does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-build-'))
  const write = (name: string, text: string) => writeFileSync(join(folder, ...name.split('/')), text)
  for (const part of ['src-main/shell', 'src-main/setup', 'src-renderer']) {
    mkdirSync(join(folder, ...part.split('/')), { recursive: true })
  }
  write('src-main/shell/main.ts', 'start()')
  const first = hashSources(folder)
  write('src-main/shell/main.test.ts', 'test()')
  write('src-main/setup/setup.mjs', 'setUp()')
  expect(hashSources(folder)).toBe(first)
  write('src-renderer/page.ts', 'draw()')
  const second = hashSources(folder)
  expect(second).not.toBe(first)
  write('src-main/shell/main.ts', 'stop()')
  expect(hashSources(folder)).not.toBe(second)
  rmSync(folder, { recursive: true, force: true })
})
