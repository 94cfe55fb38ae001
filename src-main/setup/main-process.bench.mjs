import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, node22, places, root } from './machine.mjs'

/**
 * Shows why the model lives in a process of its own: what happens to Electron's main process when tfjs computes in it,
 * and when libtensorflow allocates 1 GiB in it; and the same with a plain Node child.
 */
const home = join(root, 'node_modules', 'electron')
const electron = join(home, 'dist', readFileSync(join(home, 'path.txt'), 'utf8'))
const application = join(root, 'src-main', 'setup', 'main-process.bench.app.mjs')
const switches =
  process.platform === 'linux' ? ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu'] : []
const env = { ...process.env, ...places().engine, DRYDOCK_NODE: node22(), TF_CPP_MIN_LOG_LEVEL: '3' }

function measure(where, task) {
  const answer = capture(electron, [...switches, application, where, task], { env, timeout: 120_000 })
  const line = answer.out.split('\n').find((text) => text.startsWith('{"pause"'))
  if (line) return JSON.parse(line)
  return { ended: answer.signal ?? `exit code ${answer.status}` }
}

const rows = ['main', 'child'].map((where) => {
  const computed = measure(where, 'compute')
  const allocated = measure(where, 'allocate')
  if (computed.ended) throw new Error(`Electron did not compute (${computed.ended})`)
  return {
    where: where === 'main' ? "Electron's main process" : 'a plain Node child',
    work: computed.result,
    pause: computed.pause,
    allocation: allocated.ended ? `the whole application ended (${allocated.ended})` : 'works',
  }
})

console.log('Six convolutions of 512 x 512 x 64, and one tensor of 1 GiB, by where tfjs runs:\n')
console.log('| tfjs runs in | work | the window is frozen for | a 1 GiB tensor |\n|---|---|---|---|')
for (const { where, work, pause, allocation } of rows) {
  console.log(`| ${where} | ${work.toFixed(0)} ms | ${pause.toFixed(0)} ms | ${allocation} |`)
}
const [main, child] = rows
console.log(
  `\nFrozen in the main process ${(main.pause / Math.max(child.pause, 1)).toFixed(0)} times as long.`,
)
