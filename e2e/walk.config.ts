import { defineConfig } from '@playwright/test'

/** From opening the sample to its five costliest errors mended: `npx playwright test --config e2e/walk.config.ts`. Prints a table; no part of the tests. */
export default defineConfig({
  testDir: '.',
  testMatch: 'walk.ts',
  globalSetup: './build.ts',
  outputDir: '../test-results',
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
})
