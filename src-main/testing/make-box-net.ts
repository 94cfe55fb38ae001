import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { engineEnvironment } from '../locations.ts'

/**
 * Trains the smart box's network:
 *
 *     node src-main/testing/make-box-net.ts --images ../shared/data/sen2ships --out box-net --steps 14000
 *
 * IMAGES holds images/ and masks.csv of sen2ships. OUT gets weights.bin, and state.bin, from which the same command goes on after an interruption. The library that trains must be
 * known when a process starts, so this one starts another.
 */

const training = fileURLToPath(new URL('box-training.ts', import.meta.url))
const child = spawn(process.execPath, ['--no-deprecation', training, ...process.argv.slice(2)], {
  env: { ...process.env, ...engineEnvironment() },
  stdio: 'inherit',
})
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
