import { pathToFileURL } from 'node:url'
import { setUpAddon } from './addon.mjs'
import { setUpCommand } from './command.mjs'
import { setUpCuda } from './cuda.mjs'
import { setUpElectron } from './electron.mjs'
import { bundledNode, capture, node22, places, platform } from './machine.mjs'
import { setUpPackages } from './packages.mjs'
import { runSteps } from './steps.mjs'
import { setUpSystem, setUpXvfb } from './system.mjs'
import { setUpTensorflow } from './tensorflow.mjs'

async function setUpNode() {
  const version = capture(node22(), ['--version'])
  if (version.status !== 0) throw new Error(`${node22()} does not run here: ${version.text}`)
  return { state: 'ready', text: `${version.out} (${bundledNode() ? 'from the packages' : 'this one'})` }
}

/**
 * Makes this machine ready, as far as it may and can.
 * @param {{tests?: boolean, gpu?: boolean}} [options] tests: also what only tests use; gpu: also what computes on NVIDIA cards
 * @throws with a sentence when Drydock could not run at all
 */
export async function setUp({ tests = false, gpu = false } = {}) {
  console.log(`Setting Drydock up (${platform}, Node ${process.versions.node})`)
  const steps = [
    { name: 'packages', required: true, run: setUpPackages },
    { name: 'Node 22', required: true, run: setUpNode },
    { name: 'system libraries', required: false, run: setUpSystem },
    { name: 'Electron', required: false, run: setUpElectron },
    { name: 'libtensorflow', required: false, run: setUpTensorflow },
    ...(gpu ? [{ name: 'CUDA build', required: false, run: setUpCuda }] : []),
    { name: 'tfjs addon', required: false, run: setUpAddon },
    { name: 'drydock command', required: false, run: setUpCommand },
    ...(tests ? [{ name: 'Xvfb', required: false, run: setUpXvfb }] : []),
  ]
  await runSteps(steps, { print: console.log, findPlaces: places })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setUp({ gpu: process.argv.includes('--gpu') })
  } catch (error) {
    console.error(`The set-up stopped: ${error.message}`)
    process.exitCode = 1
  }
}
