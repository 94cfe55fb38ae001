/** Fixed words and numbers that the page needs as values. They stand apart from the schemas, which the page must not load. */

export const IMAGE_STATUSES = ['to do', 'in progress', 'done', 'no ship'] as const

/** Sides of crops are multiples of this, as of every network's stride, in px. */
export const CROP_STEP = 64
