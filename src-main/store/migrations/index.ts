import type { Migration } from './migration.ts'
import { start } from './001-start.ts'
import { flips } from './002-flips.ts'
import { markedContent } from './003-marked-content.ts'
import { sums } from './004-sums.ts'
import { jobsAreData } from './005-jobs-are-data.ts'
import { oneTruthOfEdits } from './006-one-truth-of-edits.ts'
import { pixels } from './007-pixels.ts'
import { categories } from './008-categories.ts'
import { imagesByContent } from './009-images-by-content.ts'
import { runCounts } from './010-run-counts.ts'
import { suspectVerdicts } from './011-suspect-verdicts.ts'
import { namesInOrder } from './012-names-in-order.ts'
import { draftRuns } from './013-draft-runs.ts'
import { similarImages } from './014-similar-images.ts'
import { projectCategories } from './015-project-categories.ts'
import { mapLayers } from './016-map-layers.ts'
import { doubt } from './017-doubt.ts'
import { shapes } from './018-shapes.ts'
import { outOfFold } from './019-out-of-fold.ts'
import { leftOut } from './020-left-out.ts'
import { unfinishedMapLayers } from './021-unfinished-map-layers.ts'

/** All migrations; the number of the last one is the schema's version. Published ones never change. */
export const MIGRATIONS: readonly Migration[] = [
  start,
  flips,
  markedContent,
  sums,
  jobsAreData,
  oneTruthOfEdits,
  pixels,
  categories,
  imagesByContent,
  runCounts,
  suspectVerdicts,
  namesInOrder,
  draftRuns,
  similarImages,
  projectCategories,
  mapLayers,
  doubt,
  shapes,
  outOfFold,
  leftOut,
  unfinishedMapLayers,
]
