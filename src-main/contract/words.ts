import type { MenuCommand } from './shell.ts'

/** Fixed words and numbers that the page needs as values. They stand apart from the schemas, which the page must not load. */

/** The form that plans have now. Stored ones of earlier forms are read into it (`store/plan-versions.ts`), others are refused. */
export const PLAN_VERSION = 4

/** The category that every project has, and what an instance without one is. */
export const DEFAULT_CATEGORY = 'ship'

/** The label of a crop's pixels that count in no part of the loss: nobody can tell what is there. */
export const IGNORED_LABEL = 0xffff

export const IMAGE_STATUSES = ['to do', 'in progress', 'done', 'no ship'] as const

export const SPLITS = ['train', 'validation', 'hold-out'] as const
export type Split = (typeof SPLITS)[number]

/** What labels are drawn as, and what the smart box gives. */
export const LABEL_FORMS = ['outline', 'rectangle'] as const
export type LabelForm = (typeof LABEL_FORMS)[number]

/** Ways to sort the list of images. */
export const IMAGE_SORTS = [
  'name',
  'doubt',
  'F2, worst first',
  'F2, best first',
  'most ships',
  'most predictions',
  'newest first',
  'status',
] as const

/** Networks of a training from scratch: half the channels take half the time, twice as many four times as long. */
export const NETWORK_SIZES = ['base', 'small', 'large'] as const
export type NetworkSize = (typeof NETWORK_SIZES)[number]

/** What is added to the first two channels of an embedding. 'pixel': whole pixels, as in the paper; 'normalized': x / W and y / H, as in the original sketch. */
export const COORDINATES = ['pixel', 'normalized'] as const
export type Coordinates = (typeof COORDINATES)[number]

/** What counts alike in the loss of the foreground: each pixel (small ships' up to three times), or each ship with the water beside it. */
export const LOSS_UNITS = ['pixel', 'ship'] as const
export type LossUnit = (typeof LOSS_UNITS)[number]

/** Sides of crops are multiples of this, as of every network's stride, in px. */
export const CROP_STEP = 64

/** Commands of the menu that also make sense while no project is open. */
export const COMMANDS_WITHOUT_PROJECT: ReadonlySet<MenuCommand> = new Set<MenuCommand>([
  'new-project',
  'open-project',
  'open-sample',
  'restore-backup',
  'show-keys',
])

/** Kinds of errors at IoU 0.5, in the order in which they are decided; `core/metric/kinds.ts` says what each means. */
export const ERROR_KINDS = ['merged', 'split', 'near miss', 'missed', 'false'] as const

/** What mending an error on the model's side does to its predictions. */
export const FIX_ACTS = ['split', 'merge', 'redraw', 'add', 'drop'] as const

/** What a person says of a suspect. */
export const SUSPECT_VERDICTS = ['label wrong', 'model wrong', 'cannot tell'] as const

/**
 * Ways to a range from samples: between percentiles, from the lowest to the highest, and two standard deviations to each side of the mean.
 */
export const RANGE_WAYS = ['0.5 to 99.5 %', '2 to 98 %', 'lowest to highest', 'mean ± 2 deviations'] as const
