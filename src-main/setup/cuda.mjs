import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { platform } from './machine.mjs'
import { fetchWheel, havePip, pipCommand, unpackLibraries } from './tensorflow.mjs'
import { listZip } from './zip.mjs'

/**
 * The CUDA build of libtensorflow 2.13.1 and what it loads at run time: CUDA 11.8 and cuDNN 8.6 (NCCL is linked in).
 * @type {import('./tensorflow.mjs').Wheel[]}
 */
export const cudaWheels = [
  {
    name: 'tensorflow',
    version: '2.13.1',
    sha256: 'c2f109daa5d0cbabb3df5fdebcde0ca895d891e18d03e08cb6742c96a6be7012',
    megabytes: 480,
  },
  {
    name: 'nvidia-cuda-runtime-cu11',
    version: '11.8.89',
    sha256: '92d04069a987e1fbc9213f8376d265df0f7bb42617d44f5eda1f496acea7f2d1',
    megabytes: 1,
  },
  {
    name: 'nvidia-cuda-nvrtc-cu11',
    version: '11.8.89',
    sha256: 'a8d02f3cba345be56b1ffc3e74d8f61f02bb758dd31b0f20e12277a5a244f756',
    megabytes: 23,
  },
  {
    name: 'nvidia-cublas-cu11',
    version: '11.11.3.6',
    sha256: '60252822adea5d0b10cd990a7dc7bedf7435f30ae40083c7a624a85a43225abc',
    megabytes: 418,
  },
  {
    name: 'nvidia-cudnn-cu11',
    version: '8.6.0.163',
    sha256: 'add207b5fb149cfa02919b8f413364ff4ed348a202f6ae3d7922ae5303fa38a3',
    megabytes: 716,
  },
  {
    name: 'nvidia-cufft-cu11',
    version: '10.9.0.58',
    sha256: 'e21037259995243cc370dd63c430d77ae9280bedb68d5b5a18226bfc92e5d748',
    megabytes: 168,
  },
  {
    name: 'nvidia-curand-cu11',
    version: '10.3.0.86',
    sha256: 'cd4cffbf78bb06580206b4814d5dc696d1161c902aae37b2bba00056832379e6',
    megabytes: 58,
  },
  {
    name: 'nvidia-cusolver-cu11',
    version: '11.4.1.48',
    sha256: 'ea9fb1ad8c644ca9ed55af13cc39af3b7ba4c3eb5aef18471fe1fe77d94383cb',
    megabytes: 128,
  },
  {
    name: 'nvidia-cusparse-cu11',
    version: '11.7.5.86',
    sha256: '8d7cf1628fd8d462b5d2ba6678fae34733a48ecb80495b9c68672ec6a6dde5ef',
    megabytes: 204,
  },
]

/** What is taken out of a wheel. */
const LIBRARY = /^(tensorflow\/libtensorflow_(cc|framework)|nvidia\/\w+\/lib\/lib[^/]+)\.so[.\d]*$/

/**
 * Takes the libraries out of several wheels, a folder for each in `folder`. Each folder has its name only when it is
 * whole, and so has the one around them: this may be broken off and run again at any time, and fetches no wheel twice
 * that was unpacked.
 * @param {object} order
 * @param {import('./tensorflow.mjs').Wheel[]} order.wheels
 * @param {string} order.folder
 * @param {(wheel: import('./tensorflow.mjs').Wheel) => string} order.fetch gives the wheel's file
 * @param {(wheel: import('./tensorflow.mjs').Wheel) => void} order.release the file is no longer needed
 * @param {(line: string) => void} order.say
 * @throws when a wheel cannot be had, is broken or holds no library
 */
export async function unpackWheels({ wheels: wanted, folder, fetch, release, say }) {
  const partial = `${folder}.partial`
  mkdirSync(partial, { recursive: true })
  for (const [index, wheel] of wanted.entries()) {
    const whole = join(partial, wheel.name)
    if (existsSync(whole)) continue
    say(`fetching ${wheel.name} (${index + 1} of ${wanted.length}, ${wheel.megabytes} MB)`)
    const archive = fetch(wheel)
    const libraries = (await listZip(archive))
      .filter(({ name }) => LIBRARY.test(name))
      .map(({ name, size }) => ({ name: basename(name), size, path: name }))
    if (libraries.length === 0) throw new Error(`${archive} holds no library`)
    await unpackLibraries({ archive, folder: `${whole}.partial`, libraries, say })
    renameSync(`${whole}.partial`, whole)
    release(wheel)
  }
  renameSync(partial, folder)
}

/**
 * The step of `npm run setup -- --gpu`: all of it into the user's cache, beside the processor's build. Nothing of the
 * system is touched; only the driver must be there, and that is the user's own.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpCuda({ places, say }) {
  if (platform !== 'linux-x64') return { state: 'skipped', text: `there is no CUDA build for ${platform}` }
  const folder = places.cudaLibraries
  if (existsSync(folder)) return { state: 'ready', text: folder }
  const pip = havePip(say)
  if (!pip) return { state: 'skipped', text: 'there is no pip to fetch it with', command: pipCommand }
  if (!existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) {
    say('there is no NVIDIA driver here yet: without it the processor computes')
  }
  const downloads = ({ name }) => join(places.userCache, 'downloads', name)
  await unpackWheels({
    wheels: cudaWheels,
    folder,
    fetch: (wheel) => fetchWheel(pip, wheel, downloads(wheel)),
    release: (wheel) => rmSync(downloads(wheel), { recursive: true, force: true }),
    say,
  })
  return { state: 'done', text: `${folder}; "npx drydock info" says what computes` }
}
