/** The canvas as its window sees it. */
export * from './api.ts'
