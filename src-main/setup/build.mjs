import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bin, capture, node22, root, toolEnvironment } from './machine.mjs'

/** Builds the application into out/ when its sources have changed. */

const stamp = join(root, 'out', 'sources.sha256')
const SINGLE_FILES = ['package.json', 'package-lock.json', 'electron.vite.config.ts', 'svelte.config.js']
const isSource = (file) => !/\.(test|bench)\.|README\.md$|^src-main[/\\](setup|testing)[/\\]/.test(file)

/** One hash over the names and contents of all that the build reads. */
export function hashSources(folder) {
  const hash = createHash('sha256')
  const listed = ['src-main', 'src-renderer'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  )
  for (const file of [...SINGLE_FILES, ...listed.filter(isSource).sort()]) {
    if (!existsSync(join(folder, file))) continue
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * Builds if needed; the stamp is written last, so a build that broke off is done again.
 * @throws with the build's own words when it fails
 */
export async function build() {
  const sources = hashSources(root)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) {
    console.log('Build: up to date.')
    return
  }
  const started = Date.now()
  console.log('Build: the sources have changed, building ...')
  rmSync(stamp, { force: true })
  const tool = await bin('electron-vite')
  const answer = capture(node22(), [tool, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: toolEnvironment(),
  })
  if (answer.status !== 0) throw new Error(`the build failed:\n${answer.text}`)
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(stamp, sources)
  console.log(`Build: done in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await build()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
