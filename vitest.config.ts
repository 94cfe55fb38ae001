import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { engineEnvironment } from './src-main/locations.ts'

// The loader reads the library path at a process's start: the forked workers inherit it from here.
Object.assign(process.env, engineEnvironment())

export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ['src-main/**/*.test.ts', 'src-renderer/**/*.test.ts'],
    exclude: ['**/*.slow.test.ts', '**/node_modules/**'],
    environment: 'node',
    pool: 'forks',
    // many tests wait for processes of their own: on two cores one after the other takes twice as long
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
