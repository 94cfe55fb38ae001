import { defineConfig } from '@playwright/test'

/** The real application, off screen: no X server, no display. Two at a time: most of a test's time is waiting. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  globalSetup: './build.ts',
  outputDir: '../test-results',
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // for a machine far slower than ours: what passes waits no longer for it
  timeout: 300_000,
  expect: { timeout: 60_000, toPass: { timeout: 60_000 } },
  reporter: [['list']],
})
