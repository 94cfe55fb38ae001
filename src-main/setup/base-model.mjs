import { join } from 'node:path'
import { node22, root, show, toolEnvironment } from './machine.mjs'
import { setUp } from './setup.mjs'

/** `npm run base-model -- --data sen2ships --out base`: makes a base model from nothing, in hours; see resources/base-model/RECIPE.md. */

await setUp()
const script = join(root, 'src-main', 'testing', 'base-model.ts')
process.exitCode = await show(node22(), ['--no-deprecation', script, ...process.argv.slice(2)], {
  env: toolEnvironment(),
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
