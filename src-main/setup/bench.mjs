import { readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { build } from './build.mjs'
import { node22, places, root, show, toolEnvironment } from './machine.mjs'
import { setUp } from './setup.mjs'

/** `npm run bench [-- NAME ...]`: runs the `NAME.bench.*` files of src-main and e2e one after the other. */

const nameOf = (file) => basename(file).replace(/\.bench\.(ts|mjs)$/, '')

const files = ['src-main', 'e2e']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  )
  .filter((file) => /\.bench\.(ts|mjs)$/.test(file))
  .sort()

const named = process.argv.slice(2)
const unknown = named.filter((name) => !files.some((file) => nameOf(file) === name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are: ${files.map(nameOf).join(', ')}`)
  process.exit(2)
}

await setUp()
// the application's own processes are measured as people run them
await build()
// those of the window start the application, whose processes have what people's have; the others may load libtensorflow themselves
const toLoadTensorflow = toolEnvironment(places().engine)
for (const file of files.filter((candidate) => named.length === 0 || named.includes(nameOf(candidate)))) {
  console.log(`\n## ${nameOf(file)} (${relative(root, file)})\n`)
  const ofWindow = file.startsWith(join(root, 'e2e'))
  const env = ofWindow ? toolEnvironment() : toLoadTensorflow
  const status = await show(node22(), ['--no-deprecation', '--expose-gc', file], { env })
  if (status !== 0) {
    console.error(`${nameOf(file)} failed`)
    process.exitCode = 1
  }
}
