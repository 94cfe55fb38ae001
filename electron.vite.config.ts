import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

/** Each file that a process or worker starts from, built to `out/main/<name>.js`. */
const mainEntries = {
  shell: 'src-main/shell/main.ts',
  backend: 'src-main/backend/main.ts',
  engine: 'src-main/engine/main.ts',
  probe: 'src-main/engine/probe-main.ts',
  cli: 'src-main/cli/main.ts',
  worker: 'src-main/services/worker.ts',
  reader: 'src-main/services/reader.ts',
  'train-worker': 'src-main/services/train/train-worker.ts',
}

const input = Object.fromEntries(
  Object.entries(mainEntries).map(([name, file]) => [name, resolve(file)] as const),
)

/**
 * Libraries of plain JavaScript go into the built files: some hundred files fewer to look for and read at each start of a process or thread.
 * What holds native code, or starts threads from files of its own, stays outside.
 */
const bundled = ['@orpc/client', '@orpc/contract', '@orpc/server', 'fast-xml-parser', 'proj4', 'yaml', 'zod']

/**
 * The targets are those of the oldest runtime that each part meets: the shell's Node inside the fallback Electron (the
 * other processes, on Node 22, share its chunks), and that Electron's Chromium for the page.
 */
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      externalizeDeps: { exclude: bundled },
      rolldownOptions: { input, output: { format: 'es', entryFileNames: '[name].js' } },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      // A sandboxed preload can load nothing from node_modules: all of it goes into the one file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve('src-main/preload/main.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte({ configFile: resolve('svelte.config.js') })],
    build: {
      target: 'chrome130',
      minify: true,
      // CSP: no inlined data: URLs for scripts or fonts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: resolve('src-renderer/index.html') },
    },
  },
})
