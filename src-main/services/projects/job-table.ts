import { actOnAllJob } from '../annotate/act-on-all.ts'
import { importJob } from '../exchange/import-job.ts'
import { scanJob } from '../images/scan.ts'
import { similarJob } from '../images/similar.ts'
import { JobHandlers } from '../machinery/job-handlers.ts'
import { copyRunJob } from '../predict/drafts.ts'
import { predictJob } from '../predict/predict.ts'
import { sweepJob } from '../predict/sweep.ts'
import { scoreJob } from '../score/score.ts'
import { holdOutJob } from '../train/hold-out.ts'
import { learningCurveJob } from '../train/learning-curve-job.ts'
import { trainJob } from '../train/train-job.ts'

/** Every kind of job that can be done: a new one is added here, and nowhere else. */
export const JOB_HANDLERS = new JobHandlers([
  actOnAllJob,
  copyRunJob,
  holdOutJob,
  importJob,
  learningCurveJob,
  predictJob,
  scanJob,
  scoreJob,
  similarJob,
  sweepJob,
  trainJob,
])
