import { changeOfFix } from '../core/draft/fix-change.ts'
import { parseRle } from '../core/mask/rle.ts'
import { rankFixes } from '../core/metric/review.ts'
import { currentRun } from '../services/machinery/project.ts'
import type { Project } from '../services/machinery/project.ts'
import { keepDraft } from '../services/predict/drafts.ts'
import { openInference } from '../services/predict/open-inference.ts'
import { reviewAll } from '../services/review/review.ts'
import { setScore } from '../services/score/score.ts'

/** What was promised of a fix, and what is stored once it was made: F2 of its image and of the set. */
interface Mending {
  promised: { image: number; set: number }
  got: { image: number; set: number }
}

/** Makes the fix worth most in a draft run, and then the one that is worth most then, so many times. Fewer where no more fix is worth anything. */
export async function mendMost(project: Project, times: number): Promise<Mending[]> {
  const done: Mending[] = []
  for (let i = 0; i < times; i++) {
    const run = currentRun(project)!
    const [best] = rankFixes(await reviewAll(project, run))
    if (!best) break
    const { image: id, fix, after, setAfter } = best
    const { width, height } = project.store.images.get(id)!
    const masks = (of: string[]) => of.map((rle) => ({ rle: parseRle(rle) }))
    const change = changeOfFix(fix, {
      ...{ width: width!, height: height! },
      truth: masks(project.store.truth.masks(id)),
      predictions: masks(project.store.predictions.masks(run, id)),
    })
    const { settings, changes } = (await openInference(project, { image: id, make: true }))!
    const { job } = await keepDraft(project, { image: id, run, settings, changes: [...changes, change] })
    if (job !== null) await project.jobs.finished(job)
    done.push({
      promised: { image: after, set: setAfter },
      got: {
        image: project.store.scores.get(currentRun(project)!, id)!.f2,
        set: setScore(project, null).f2!,
      },
    })
  }
  return done
}
