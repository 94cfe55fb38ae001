/** The door of this folder for everything that handles masks as run-length pairs. */
export * from './runs.ts'
export * from './combine.ts'
export * from './labels.ts'
