import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { capture, hashOf, platform, root } from './machine.mjs'
import { unpackForBuilding } from './tensorflow.mjs'

/**
 * Rebuilds `resources/addon/<platform>/tfjs_binding.node` from the source in @tensorflow/tfjs-node-gpu, and writes its
 * hash to `resources/addon/addons.json`. Needs g++, pip, and Node's headers (`node build-addon.mjs [INCLUDE_FOLDER]`;
 * by default those beside the running Node). Users never run it: N-API keeps one binary good for all Node versions.
 */
const headers = process.argv[2] ?? resolve(dirname(process.execPath), '..', 'include', 'node')
const source = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
const work = mkdtempSync(join(tmpdir(), 'drydock-addon-'))
try {
  console.log('Unpacking TensorFlow ...')
  await unpackForBuilding(work)
  cpSync(join(source, 'binding'), join(work, 'binding'), { recursive: true })
  symlinkSync('libtensorflow_cc.so.2', join(work, 'lib', 'libtensorflow.so'))
  symlinkSync('libtensorflow_framework.so.2', join(work, 'lib', 'libtensorflow_framework.so'))
  console.log('Compiling ...')
  const built = join(work, 'tfjs_binding.node')
  const answer = capture(
    'g++',
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-s', '-fvisibility=hidden', '-Wl,--build-id=none'],
      '-DNAPI_VERSION=8',
      ...['-I.', '-Iinclude', `-I${headers}`, 'binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
      ...[
        '-Llib',
        '-ltensorflow',
        '-ltensorflow_framework',
        '-Wl,-rpath,$ORIGIN/../../deps/lib',
        '-o',
        built,
      ],
    ],
    { cwd: work },
  )
  if (answer.status !== 0) throw new Error(`g++ failed: ${answer.text}`)
  const list = join(root, 'resources', 'addon', 'addons.json')
  const target = join(dirname(list), platform, 'tfjs_binding.node')
  mkdirSync(dirname(target), { recursive: true })
  cpSync(built, target)
  const addons = JSON.parse(readFileSync(list, 'utf8'))
  addons[platform] = { sha256: await hashOf(target) }
  writeFileSync(list, `${JSON.stringify(addons, null, 2)}\n`)
  console.log(`${target}: SHA-256 ${addons[platform].sha256}`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
