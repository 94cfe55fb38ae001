import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { engineEnvironment } from './src-main/locations.ts'

// The loader reads the library path at a process's start: the forked workers inherit it from here.
Object.assign(process.env, engineEnvironment())

/** Rooms of pure functions, and the window's state: their files share a process, which loads what they import once. */
const SHARED = ['core', 'contract', 'formats', 'store', 'imaging'].map(
  (room) => `src-main/${room}/**/*.test.ts`,
)
const EVERYWHERE = ['**/*.slow.test.ts', '**/node_modules/**']
const common = {
  environment: 'node',
  pool: 'forks',
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // what comes from another process or thread: by default it would have to come within a second
  expect: { poll: { timeout: 30_000 } },
} as const

export default defineConfig({
  test: {
    // many tests wait for processes of their own: on two cores one after the other takes twice as long
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [svelte()],
        test: {
          ...common,
          name: 'shared',
          include: [...SHARED, 'src-renderer/**/*.test.ts'],
          exclude: EVERYWHERE,
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          include: ['src-main/**/*.test.ts'],
          exclude: [...EVERYWHERE, ...SHARED],
        },
      },
    ],
  },
})
