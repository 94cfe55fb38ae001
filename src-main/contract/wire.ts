/**
 * The types that the window and the backend exchange. Words as in the README of this folder:
 * image, instance, truth, prediction, run, inference, model version, split, status, edit.
 */
export * from './wire/ids.ts'
export * from './wire/categories.ts'
export * from './wire/instances.ts'
export * from './wire/images.ts'
export * from './wire/pixels.ts'
export * from './wire/map-layers.ts'
export * from './wire/edits.ts'
export * from './wire/runs.ts'
export * from './wire/review.ts'
export * from './wire/training.ts'
export * from './wire/projects.ts'
export * from './wire/engine-info.ts'
export * from './wire/events.ts'
