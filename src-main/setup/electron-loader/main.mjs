import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

/**
 * Stands in for Electron's own default application, which the fallback lacks: `electron [-r MODULE] [FOLDER | FILE]`.
 * The top-level await holds `ready` back until the application's main module has run.
 */
const modules = []
let named = null
for (let index = 1; index < process.argv.length && named === null; index += 1) {
  const argument = process.argv[index]
  if (argument === '-r' || argument === '--require') modules.push(process.argv[(index += 1)])
  else if (!argument.startsWith('-')) named = resolve(argument)
}
const require = createRequire(import.meta.url)
for (const module of modules) require(resolve(module))

if (named === null) {
  console.error('Name the application: electron FOLDER')
  app.exit(2)
} else {
  const isFolder = statSync(named).isDirectory()
  const folder = isFolder ? named : dirname(named)
  const manifest = isFolder ? JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) : {}
  process.defaultApp = true
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.productName ?? manifest.name) app.setName(manifest.productName ?? manifest.name)
  app.setAppPath(folder)
  await import(pathToFileURL(isFolder ? join(folder, manifest.main) : named).href)
}
