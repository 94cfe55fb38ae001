/** Before all tests here. */
export { buildApplication as default } from '../src-main/testing/build.ts'
