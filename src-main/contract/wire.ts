import { z } from 'zod'
import { CROP_STEP, IMAGE_STATUSES, NETWORK_SIZES } from './words.ts'

/**
 * The types that the window and the backend exchange. Words as in the README of this folder:
 * image, instance, truth, prediction, run, inference, model version, split, status, edit.
 */

export const uuid = z.uuid()
export const imageId = z.number().int().positive()
export const runId = z.number().int().positive()
export const projectId = z.string().min(1).max(64)
export const modelId = z.string().regex(/^[0-9a-f]{64}$/)
export const jobId = z.uuid()

/** Airbus run-length text: `start length` pairs, starts 1-based, column-major (down, then right). '' = empty. */
export const rleText = z
  .string()
  .max(4_000_000)
  .regex(/^$|^\d+ \d+( \d+ \d+)*$/)

export const imageStatus = z.enum(IMAGE_STATUSES)
export type ImageStatus = z.infer<typeof imageStatus>

export const SPLITS = ['train', 'validation', 'hold-out'] as const
export const split = z.enum(SPLITS)
export type Split = z.infer<typeof split>

/** Where a truth instance came from; it stays with it for life. */
export const origin = z.enum(['drawn', 'imported', 'accepted'])
export type Origin = z.infer<typeof origin>

/** `ok`: file as known. `pending`: not read yet. Others: shown as such in the list, with a sentence. */
export const fileState = z.enum(['ok', 'pending', 'missing', 'changed', 'unreadable'])
export type FileState = z.infer<typeof fileState>

/** Counts at one IoU threshold. */
export const thresholdScore = z.object({
  iou: z.number(),
  tp: z.number().int(),
  fp: z.number().int(),
  fn: z.number().int(),
  f2: z.number(),
})
export type ThresholdScore = z.infer<typeof thresholdScore>

/** F2 of one image against one run. `stale`: truth has changed since; recomputed on demand. */
export const imageScore = z.object({
  run: runId,
  f2: z.number(),
  thresholds: z.array(thresholdScore).length(10),
  truthRevision: z.number().int(),
  stale: z.boolean(),
})
export type ImageScore = z.infer<typeof imageScore>

/** One row of the image list. `f2` is null where the image has no truth (status to do, in progress) or no prediction. */
export const imageRow = z.object({
  id: imageId,
  /** relative to the images folder, with `/` */
  path: z.string(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  status: imageStatus,
  /** null until the file has been read once: the split follows from a hash of its content */
  split: split.nullable(),
  flagged: z.boolean(),
  comment: z.string(),
  fileState,
  /** what is wrong with the file, as a sentence; null when it is `ok` or `pending` */
  fileNote: z.string().nullable(),
  truthCount: z.number().int(),
  /** null: the current run has not reached this image */
  predictionCount: z.number().int().nullable(),
  f2: z.number().nullable(),
  stale: z.boolean(),
  revision: z.number().int(),
  /** changes when the pixels change; part of every pixel URL */
  content: z.string(),
})
export type ImageRow = z.infer<typeof imageRow>

export const truthInstance = z.object({
  id: uuid,
  rle: rleText,
  area: z.number().int(),
  origin,
  /** an accepted or imported instance that a person has changed since */
  edited: z.boolean(),
  /** stable colour index 0..11, given so that neighbours differ */
  colour: z.number().int().min(0).max(11),
})
export type TruthInstance = z.infer<typeof truthInstance>

export const decision = z.enum(['accepted', 'rejected'])
export type Decision = z.infer<typeof decision>

export const prediction = z.object({
  id: uuid,
  rle: rleText,
  area: z.number().int(),
  /** 0..1, the probability that it is a hit where the model version has a calibration, else the mean foreground of its pixels */
  score: z.number(),
  /** which cluster of the stored inference it is; -1 for imported labels */
  cluster: z.number().int(),
  decision: decision.nullable(),
  colour: z.number().int().min(0).max(11),
})
export type Prediction = z.infer<typeof prediction>

/** One rectangle of the image's pixels, at one scale, by URL; `x y width height` in image pixels. */
export const pixelTile = z.object({
  url: z.string(),
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
})
export type PixelTile = z.infer<typeof pixelTile>

export const imageDetail = z.object({
  row: imageRow,
  tiles: z.array(pixelTile),
  truth: z.array(truthInstance),
  /** the current run's predictions; null where it has not reached this image */
  predictions: z.array(prediction).nullable(),
  score: imageScore.nullable(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
})
export type ImageDetail = z.infer<typeof imageDetail>

/** How one instance changes in one edit. `added` and `removed` are disjoint; `removed` lies inside, `added` outside. */
export const instanceChange = z.object({
  instance: uuid,
  /** null: the instance exists before and after. 'create' / 'delete': it appears / goes, `added` / `removed` is all of it */
  lifecycle: z.enum(['create', 'delete']).nullable(),
  origin,
  editedBefore: z.boolean(),
  editedAfter: z.boolean(),
  colour: z.number().int().min(0).max(11),
  added: rleText,
  removed: rleText,
})
export type InstanceChange = z.infer<typeof instanceChange>

export const EDIT_KINDS = [
  'polygon',
  'box',
  'brush',
  'erase',
  'delete',
  'merge',
  'split',
  'accept',
  'reject',
  'status',
  'flag',
  'import',
] as const
export const editKind = z.enum(EDIT_KINDS)
export type EditKind = z.infer<typeof editKind>

/**
 * What one gesture changes on one image: enough to apply it and, with every from/to swapped, to take it back.
 * Made by `core/edit` in the window, checked and committed by the backend.
 */
export const editPlan = z.object({
  kind: editKind,
  instances: z.array(instanceChange),
  decisions: z.array(z.object({ prediction: uuid, from: decision.nullable(), to: decision.nullable() })),
  status: z.object({ from: imageStatus, to: imageStatus }).nullable(),
  flag: z
    .object({
      from: z.object({ flagged: z.boolean(), comment: z.string() }),
      to: z.object({ flagged: z.boolean(), comment: z.string() }),
    })
    .nullable(),
})
export type EditPlan = z.infer<typeof editPlan>

/**
 * Answer to a gesture, an undo or a redo; `plan` is what was done to the image (for undo: the inverse). Undo and redo of
 * an edit that belongs to a group (an import) do the same on all images of the group: their `image-changed` events follow.
 */
export const editResult = z.object({
  gestureId: uuid,
  image: imageId,
  revision: z.number().int(),
  plan: editPlan,
  /** the row after the change, its score against the current run included */
  row: imageRow,
  score: imageScore.nullable(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
})
export type EditResult = z.infer<typeof editResult>

/** How predictions are made from an inference. */
export const clusterSettings = z.object({
  /** pixels below this foreground probability are background, 0..1 */
  foreground: z.number().min(0.05).max(0.99),
  /** blur of the votes in px; null: from each component's size */
  sigma: z.number().min(0.5).max(20).nullable(),
  /** neighbouring regions join unless their embeddings lie further apart than alpha times the sum of their spreads */
  alpha: z.number().min(0).max(10),
  /** smallest instance in px */
  minArea: z.number().int().min(1).max(100_000),
  /** instances whose score is below this are dropped, 0..1 */
  minScore: z.number().min(0).max(1),
  /** false: plain connected components, for comparison */
  separate: z.boolean(),
  /** neighbouring regions also stay apart where the outline has a neck between them; absent in settings from before there was a choice */
  necks: z.boolean().default(false),
  /** each instance as the turned rectangle around it, as some labels are drawn; absent in settings from before there was a choice */
  rectangles: z.boolean().default(false),
})
export type ClusterSettings = z.infer<typeof clusterSettings>

/** From "no false alarm on empty images" to "no ship overlooked". */
export const OPERATING_POINTS = ['clean', 'balanced', 'ships'] as const

/** One position of the choice between clean empty images and more ships found: it differs from the others in minScore alone. */
export const operatingPoint = z.object({
  name: z.enum(OPERATING_POINTS),
  minScore: z.number().min(0).max(1),
  /** what it gave on the validation images; null where this version was not measured, but its parent was */
  validation: z
    .object({
      /** F2 over all images, 0..1 */
      f2: z.number(),
      /** null without images with ships */
      f2WithShips: z.number().nullable(),
      emptyImages: z.number().int(),
      /** empty images without a false alarm */
      emptyClean: z.number().int(),
      ships: z.number().int(),
      /** ships found at IoU > 0.5 */
      found: z.number().int(),
    })
    .nullable(),
})
export type OperatingPoint = z.infer<typeof operatingPoint>

/**
 * The choice between clean empty images and more ships found, for one run: from the cleanest. Positions without a name or
 * figures are offered where the model version was not measured.
 */
export const runChoice = z.object({
  /** these of the run */
  minScore: z.number(),
  rectangles: z.boolean(),
  necks: z.boolean(),
  positions: z.array(operatingPoint.extend({ name: operatingPoint.shape.name.nullable() })).min(1),
})
export type RunChoice = z.infer<typeof runChoice>

export const run = z.object({
  id: runId,
  name: z.string(),
  kind: z.enum(['model', 'labels']),
  model: modelId.nullable(),
  modelName: z.string().nullable(),
  settings: clusterSettings.nullable(),
  /** its inferences are averages over the four flips */
  flips: z.boolean(),
  createdAt: z.string(),
  images: z.number().int(),
  current: z.boolean(),
})
export type Run = z.infer<typeof run>

export const setScore = z.object({
  run: runId.nullable(),
  /** mean over images; null when no image is scored */
  f2: z.number().nullable(),
  /** over images that have at least one truth instance */
  f2WithShips: z.number().nullable(),
  pooledF2: z.number().nullable(),
  thresholds: z.array(thresholdScore),
  overImages: z.number().int(),
  totalImages: z.number().int(),
  staleImages: z.number().int(),
})
export type SetScore = z.infer<typeof setScore>

export const modelVersion = z.object({
  id: modelId,
  name: z.string(),
  parent: modelId.nullable(),
  createdAt: z.string(),
  /** 'base' ships with Drydock, 'trained' was made in this project */
  kind: z.enum(['base', 'trained']),
  current: z.boolean(),
  parameters: z.number().int(),
  bytes: z.number().int(),
  trainedImages: z.number().int(),
  validationF2: z.number().nullable(),
  note: z.string(),
})
export type ModelVersion = z.infer<typeof modelVersion>

export const jobState = z.enum(['queued', 'running', 'done', 'cancelled', 'failed', 'interrupted'])
export type JobState = z.infer<typeof jobState>

export const job = z.object({
  id: jobId,
  kind: z.enum(['predict', 'train', 'score', 'import', 'scan']),
  /** 'Predicting', 'Training harbour-v2': shown in the status bar */
  title: z.string(),
  state: jobState,
  done: z.number(),
  total: z.number(),
  /** what the count counts: 'images', 'steps' */
  unit: z.string(),
  secondsLeft: z.number().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** one sentence for what came out, e.g. 'Predicted 12 images, 2 could not be read.' */
  summary: z.string().nullable(),
  /** a training job's new version */
  model: modelId.nullable(),
})
export type Job = z.infer<typeof job>

/** One figure of a training curve; a JSON line of the training log. */
export const curvePoint = z.object({
  step: z.number().int(),
  /** 'train': every few steps. 'validation': at each validation */
  kind: z.enum(['train', 'validation']),
  loss: z.number().nullable(),
  /** parts of the loss by name: bce, dice, embedding */
  parts: z.record(z.string(), z.number()),
  f2: z.number().nullable(),
  f2WithShips: z.number().nullable(),
  seconds: z.number(),
  learningRate: z.number().nullable(),
})
export type CurvePoint = z.infer<typeof curvePoint>

export const trainSettings = z
  .object({
    /** model to start from; null: from scratch */
    from: modelId.nullable(),
    /** of a network from scratch; one that starts from a model is as large as that. Absent in jobs from before there were two */
    size: z.enum(NETWORK_SIZES).default('base'),
    name: z.string().min(1).max(80),
    /** exactly one of the three limits is set */
    epochs: z.number().int().min(1).max(10_000).nullable(),
    minutes: z.number().positive().max(10_000).nullable(),
    steps: z.number().int().min(1).max(10_000_000).nullable(),
    batch: z.number().int().min(1).max(64),
    crop: z.number().int().multipleOf(CROP_STEP).min(64).max(1024),
    learningRate: z.number().positive().max(1),
    embeddingWeight: z.number().min(0).max(100),
    /** share of crops that are synthetic, 0..1 */
    syntheticShare: z.number().min(0).max(1),
    /** crops show an image enlarged up to so many times: teaches coarser images what finer ones look like */
    magnify: z.number().min(0.8).max(8),
    validateEvery: z.number().int().min(1),
    seed: z.number().int().min(0).max(0xffffffff),
  })
  .refine((s) => [s.epochs, s.minutes, s.steps].filter((v) => v !== null).length === 1, {
    message: 'Set exactly one of epochs, minutes and steps.',
  })
export type TrainSettings = z.infer<typeof trainSettings>

/** What a training would use, and what it would leave out and why. */
export const trainPreview = z.object({
  used: z.number().int(),
  validation: z.number().int(),
  holdOut: z.number().int(),
  instances: z.number().int(),
  leftOut: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** null: training can start; else why not, as a sentence */
  refusal: z.string().nullable(),
})
export type TrainPreview = z.infer<typeof trainPreview>

export const importPreview = z.object({
  token: uuid,
  file: z.string(),
  rows: z.number().int(),
  instances: z.number().int(),
  matchedImages: z.number().int(),
  emptyImages: z.number().int(),
  notFound: z.array(z.string()),
  notFoundCount: z.number().int(),
  overlapping: z.array(z.string()),
  overlappingCount: z.number().int(),
  outside: z.array(z.string()),
  outsideCount: z.number().int(),
  withTruth: z.array(z.string()),
  withTruthCount: z.number().int(),
  /** rows that cannot be read: 1-based line number in the file and why */
  broken: z.array(z.object({ line: z.number().int(), reason: z.string() })),
  brokenCount: z.number().int(),
})
export type ImportPreview = z.infer<typeof importPreview>

export const importResult = z.object({
  images: z.number().int(),
  instances: z.number().int(),
  skipped: z.number().int(),
  /** undoing this group takes the whole import back; null for predictions */
  group: uuid.nullable(),
  run: runId.nullable(),
})
export type ImportResult = z.infer<typeof importResult>

export const projectSummary = z.object({
  id: projectId,
  name: z.string(),
  /** for display only; never sent back */
  location: z.string(),
  imagesLocation: z.string(),
  sample: z.boolean(),
  /** true where the project folder cannot be written: look, but nothing is saved */
  readOnly: z.boolean(),
  images: z.number().int(),
  finished: z.number().int(),
  currentRun: runId.nullable(),
  currentModel: modelId.nullable(),
  /** predictions from now on average over the four flips: four times the work */
  flips: z.boolean(),
})
export type ProjectSummary = z.infer<typeof projectSummary>

export const recentProject = z.object({
  /** opens it, as a grant does */
  key: z.string(),
  name: z.string(),
  location: z.string(),
  images: z.number().int(),
  finished: z.number().int(),
  f2: z.number().nullable(),
  openedAt: z.string(),
  exists: z.boolean(),
})
export type RecentProject = z.infer<typeof recentProject>

/** What the status bar says of the engine. */
export const backendInfo = z.object({
  /** 'tensorflow', 'wasm', 'cpu' */
  name: z.string(),
  /** 'GPU', 'CPU', 'JavaScript' */
  device: z.string(),
  threads: z.number().int(),
  /** one sentence: why this one */
  why: z.string(),
  /** each better one that was not taken, and why not */
  passedOver: z.array(z.object({ name: z.string(), reason: z.string() })),
  trains: z.boolean(),
  versions: z.record(z.string(), z.string()),
})
export type BackendInfo = z.infer<typeof backendInfo>

/** What a person may choose to compute with: the best that works, or one tfjs backend and no other. */
export const backendChoice = z.enum(['automatic', 'tensorflow', 'wasm', 'cpu'])
export type BackendChoice = z.infer<typeof backendChoice>

export const backendSetting = z.object({
  choice: backendChoice,
  /** what DRYDOCK_BACKEND is set to, which wins over the choice; null: it is not set */
  overruledBy: z.string().nullable(),
  /** a job runs: the choice takes effect at its end */
  waiting: z.boolean(),
})
export type BackendSetting = z.infer<typeof backendSetting>

/** What a window is told without asking. Rows are sent whole; a view replaces what it has. */
export const projectEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('images'), rows: z.array(imageRow) }),
  /**
   * The image's truth (to `revision`: a window that has it already made the change itself) or the current run's
   * predictions of it changed, by anyone: fetch it again.
   */
  z.object({
    type: z.literal('image-changed'),
    image: imageId,
    what: z.enum(['truth', 'predictions']),
    revision: z.number().int(),
  }),
  z.object({ type: z.literal('runs') }),
  z.object({ type: z.literal('models') }),
  z.object({ type: z.literal('score') }),
  z.object({ type: z.literal('job'), job }),
  z.object({ type: z.literal('curve'), job: jobId, points: z.array(curvePoint) }),
  z.object({ type: z.literal('engine'), engine: backendInfo.nullable() }),
])
export type ProjectEvent = z.infer<typeof projectEvent>

/** A named cluster of one image's embeddings, for the scatter plot. */
export const embeddingCluster = z.object({
  cluster: z.number().int(),
  /** null: dropped as too small or too faint */
  prediction: uuid.nullable(),
  centre: z.tuple([z.number(), z.number()]),
  spread: z.number(),
  pixels: z.number().int(),
})

/**
 * The points come as a file at `url`: little endian, `count` of each, one array after the other:
 * uint32 pixel index (row-major, y * width + x), float32 x, float32 y (embedding channels 0 and 1, image px),
 * uint8 foreground (0..255), then int16 cluster (-1: none).
 */
export const embeddingPoints = z.object({
  url: z.string(),
  count: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  clusters: z.array(embeddingCluster),
  settings: clusterSettings,
})
export type EmbeddingPoints = z.infer<typeof embeddingPoints>
