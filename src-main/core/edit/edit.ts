/** The door of this folder: gestures to plans, and what can be done with a plan. */
export * from './state.ts'
export { POLICIES, statusAfterMarking, type Drawn, type Planned, type Policy } from './build.ts'
export * from './draw.ts'
export * from './decide.ts'
export * from './relabel.ts'
export * from './refine.ts'
export * from './plan.ts'
export * from './colours.ts'
