import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { capture, hashOf, node22, platform, root } from './machine.mjs'

/**
 * The set-up's step: the prebuilt tfjs-node addon from resources/, so that nobody needs a compiler. Where the
 * libraries are there too, it is tried once: a silent fall-back to another backend would cost hours.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpAddon({ places, did }) {
  const addons = JSON.parse(readFileSync(join(root, 'resources', 'addon', 'addons.json'), 'utf8'))
  const pinned = addons[platform]
  if (!pinned) return { state: 'skipped', text: `none is prebuilt for ${platform}` }
  const source = join(root, 'resources', 'addon', platform, 'tfjs_binding.node')
  const target = join(
    root,
    'node_modules',
    '@tensorflow',
    'tfjs-node-gpu',
    'lib',
    'napi-v8',
    'tfjs_binding.node',
  )
  const upToDate = existsSync(target) && (await hashOf(target)) === pinned.sha256
  if (upToDate && did['libtensorflow'] !== 'done') return { state: 'ready', text: 'in place' }
  if ((await hashOf(source)) !== pinned.sha256) {
    throw new Error(`${source} is not the file that addons.json names: fetch the repository again`)
  }
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, `${target}.partial`)
  renameSync(`${target}.partial`, target)
  if (did['libtensorflow'] === 'skipped')
    return { state: 'done', text: 'in place; it waits for libtensorflow' }
  const answer = capture(node22(), ['--eval', `require(${JSON.stringify(target)})`], {
    env: { ...process.env, ...places.engine },
  })
  if (answer.status !== 0) {
    const reason = answer.text.split('\n').find((line) => line.includes('Error')) ?? answer.text
    return {
      state: 'skipped',
      text: `it does not load here, so Drydock computes with WebAssembly: ${reason}`,
    }
  }
  return { state: 'done', text: 'in place; it loads' }
}
