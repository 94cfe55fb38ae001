/** What the left of Review lists. */
export const REVIEW_LISTS = ['images', 'fixes', 'suspects'] as const
export type ReviewList = (typeof REVIEW_LISTS)[number]
