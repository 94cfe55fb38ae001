import { defineConfig } from '@playwright/test'

/** What takes minutes with the real application: the second half of `npm run test:slow`. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.slow.ts',
  globalSetup: './build.ts',
  outputDir: '../test-results',
  workers: 1,
  timeout: 3_600_000,
  expect: { timeout: 120_000 },
  reporter: [['list']],
})
