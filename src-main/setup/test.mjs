import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { countPlaywright, countSuite, countVitest, lastLine } from './counts.mjs'
import { bin, node22, places, show, toolEnvironment } from './machine.mjs'
import { setUp } from './setup.mjs'

/** `npm test`: the set-up, the build, all unit and integration tests, then the real application off-screen. */

const reports = mkdtempSync(join(tmpdir(), 'drydock-reports-'))

async function suite({ title, tool, args, env, report, count }) {
  console.log(`\n## ${title}\n`)
  const status = await show(node22(), [await bin(...tool), ...args], {
    env: { ...toolEnvironment(), ...env },
  })
  return countSuite(existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : null, status)
}

try {
  await setUp({ tests: true })
  await build()
  const unit = join(reports, 'unit.json')
  const endToEnd = join(reports, 'end-to-end.json')
  const counts = [
    await suite({
      title: 'Unit and integration tests',
      tool: ['vitest'],
      args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`],
      env: places().engine,
      report: unit,
      count: countVitest,
    }),
    await suite({
      title: 'End-to-end tests, in the real application',
      tool: ['@playwright/test', 'playwright'],
      args: ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: endToEnd, PLAYWRIGHT_HTML_OPEN: 'never' },
      report: endToEnd,
      count: countPlaywright,
    }),
  ]
  console.log(`\n${lastLine(counts)}`)
  process.exitCode = counts.some(({ failed }) => failed > 0) ? 1 : 0
} catch (error) {
  console.error(`The tests could not run: ${error.message}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
