import { defineConfig } from 'vitest/config'
import { engineEnvironment } from './src-main/locations.ts'

// The loader reads the library path at a process's start: the forked workers inherit it from here.
Object.assign(process.env, engineEnvironment())

export default defineConfig({
  test: {
    include: ['src-main/**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
})
