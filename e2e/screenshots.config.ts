import { defineConfig } from '@playwright/test'

/** Pictures of every view, to be looked at: `npm run screenshots`. Into DRYDOCK_SCREENSHOTS, or out/screenshots. */
export default defineConfig({
  testDir: '.',
  testMatch: ['screenshots.ts', 'screenshots-files.ts', 'screenshots-train.ts'],
  globalSetup: './build.ts',
  outputDir: '../test-results',
  workers: 1,
  timeout: 1_200_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
})
