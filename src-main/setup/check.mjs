import { bin, capture, node22, root, toolEnvironment } from './machine.mjs'

/**
 * `npm run check`: every check runs, those that fail show what they said, and the last line counts them.
 * `npm run check -- lint types` runs those two alone.
 */
const checks = [
  { name: 'types', tool: ['typescript', 'tsc'], args: ['--noEmit', '--project', '.'] },
  { name: 'svelte', tool: ['svelte-check'], args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings'] },
  { name: 'lint', tool: ['eslint'], args: ['.', '--max-warnings', '0'] },
  { name: 'format', tool: ['prettier'], args: ['--check', '.', '--log-level', 'warn'] },
  {
    name: 'import rules',
    tool: ['dependency-cruiser', 'depcruise'],
    args: ['src-main', 'src-renderer', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
  },
  { name: 'unused code', tool: ['knip'], args: ['--no-progress'] },
  {
    name: 'unused in the product',
    tool: ['knip'],
    args: ['--no-progress', '--config', 'knip.product.jsonc'],
  },
]

const named = process.argv.slice(2)
const unknown = named.filter((name) => !checks.some((check) => check.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no check ${unknown.join(', ')}; there are: ${checks.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}

let failed = 0
const chosen = checks.filter(({ name }) => named.length === 0 || named.includes(name))
for (const { name, tool, args } of chosen) {
  const started = Date.now()
  const answer = capture(node22(), [await bin(...tool), ...args], { cwd: root, env: toolEnvironment() })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  if (answer.status === 0) {
    console.log(`${name}: passed (${seconds} s)`)
  } else {
    failed += 1
    console.log(`${name}: FAILED (${seconds} s)\n${answer.text}\n`)
  }
}
console.log(`${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
