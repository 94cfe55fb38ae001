import { defineConfig } from '@playwright/test'

/** Scripted hands mark ten Airbus images: `npx playwright test --config e2e/new-user.config.ts`. Prints a table; no part of the tests. */
export default defineConfig({
  testDir: '.',
  testMatch: 'new-user.ts',
  globalSetup: './build.ts',
  outputDir: '../test-results',
  workers: 1,
  timeout: 1_200_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
})
