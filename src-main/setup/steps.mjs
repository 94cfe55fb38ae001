/**
 * Runs the set-up's steps one after the other and says in plain lines what happens. A step looks first whether it has
 * anything to do, so a second run takes a moment and an interrupted one goes on where it stopped.
 *
 * @typedef {object} Context
 * @property {(line: string) => void} say tells how far the step is
 * @property {Record<string, 'ready' | 'done' | 'skipped'>} did how the steps before ended, by name
 * @property {ReturnType<typeof import('./machine.mjs').places>} places where things lie; after the packages only
 *
 * @typedef {object} Outcome
 * @property {'ready' | 'done' | 'skipped'} state `ready`: there was nothing to do; `skipped`: it could not be done
 * @property {string} text what is there now, or why it is not
 * @property {string} [command] what the person can type to have it
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {boolean} required whether nothing can go on without it
 * @property {(context: Context) => Promise<Outcome>} run
 */

/**
 * @param {Step[]} steps
 * @param {object} options
 * @param {(line: string) => void} options.print
 * @param {() => Context['places']} options.findPlaces asked once, after the first step
 * @param {() => number} [options.now] milliseconds
 * @returns {Promise<Outcome['state'][]>} how each step ended
 * @throws what a required step threw
 */
export async function runSteps(steps, { print, findPlaces, now = Date.now }) {
  const did = {}
  const commands = []
  let places = null
  const begun = now()
  for (const [index, { name, required, run }] of steps.entries()) {
    const started = now()
    const mark = `[${index + 1}/${steps.length}] ${name}:`
    let outcome
    try {
      if (index > 0) places ??= findPlaces()
      outcome = await run({ did, places, say: (line) => print(`${mark} ${line} ...`) })
    } catch (error) {
      if (required) throw error
      outcome = { state: 'skipped', text: error.message }
    }
    did[name] = outcome.state
    if (outcome.command) commands.push(outcome.command)
    const seconds = ((now() - started) / 1000).toFixed(1)
    if (outcome.state === 'done') print(`${mark} done in ${seconds} s: ${outcome.text}`)
    if (outcome.state === 'skipped') print(`${mark} skipped: ${outcome.text}`)
  }
  const states = Object.values(did)
  const total = ((now() - begun) / 1000).toFixed(1)
  const changed = states.filter((state) => state === 'done').length
  print(changed === 0 ? `Set-up: nothing to do (${total} s).` : `Set-up: ready after ${total} s.`)
  if (commands.length > 0)
    print(`What was skipped can be had with:\n${commands.map((line) => `  ${line}`).join('\n')}`)
  return states
}
