/** Counts tests out of the JSON reports of Vitest and Playwright. */

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/**
 * A test file that could not be loaded counts as one failure: it has no tests to count.
 * @param {any} report what Vitest's `json` reporter writes
 * @returns {Counts}
 */
export function countVitest(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * @param {any} report what Playwright's `json` reporter writes
 * @returns {Counts} a test that failed first and passed when repeated counts as failed; so does an error outside tests
 */
export function countPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped }
}

/**
 * What one suite counts for: its report, and a failure more where it ended badly without naming one.
 * @param {Counts | null} counts null where it wrote no report
 * @param {number} status its exit status
 * @returns {Counts}
 */
export function countSuite(counts, status) {
  if (!counts) return { passed: 0, failed: 1, skipped: 0 }
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** The last line of `npm test`. */
export function lastLine(suites) {
  const sum = (key) => suites.reduce((total, counts) => total + counts[key], 0)
  const skipped = sum('skipped')
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
