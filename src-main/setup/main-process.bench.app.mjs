import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { app } from 'electron'
import { work } from './main-process.bench.work.mjs'

/**
 * A bare Electron application for `main-process.bench.mjs`: does one task in its main process or in a child, while a
 * clock in the main process notes the longest time that it could not tick, which is how long a window would be frozen.
 * Prints one line of JSON: `{"pause": ms, "result": number}`.
 */
const TICK = 5

const [where, task] = process.argv.slice(-2)

function inChild() {
  const program = fileURLToPath(new URL('./main-process.bench.work.mjs', import.meta.url))
  const child = fork(program, [], { execPath: process.env.DRYDOCK_NODE, execArgv: ['--no-deprecation'] })
  return new Promise((done, failed) => {
    child.once('message', done)
    child.once('exit', (code, signal) => failed(new Error(`the child ended with ${signal ?? code}`)))
    child.send(task)
  })
}

void app.whenReady().then(async () => {
  let last = performance.now()
  let pause = 0
  const tick = () => {
    pause = Math.max(pause, performance.now() - last - TICK)
    last = performance.now()
  }
  const clock = setInterval(tick, TICK)
  const settle = () => new Promise((done) => setTimeout(done, 20 * TICK))
  await settle()
  pause = 0
  const result = await (where === 'main' ? work(task) : inChild())
  await settle()
  clearInterval(clock)
  console.log(JSON.stringify({ pause, result }))
  app.exit(0)
})
