import type { ModelVersion } from '../../../src-main/contract/wire.ts'

/** For tests: a version whose name is its id. */
export const versionOf = (id: string, more: Partial<ModelVersion> = {}): ModelVersion => ({
  ...{ id, name: id, parent: null, createdAt: '', kind: 'trained', current: false, previous: false },
  ...{
    parameters: 1,
    bytes: 1,
    trainedImages: 3,
    validationF2: null,
    startKept: false,
    note: '',
    paired: null,
    heldOut: null,
    remark: '',
  },
  ...more,
})
