import { importJob } from '../exchange/import-job.ts'
import { scanJob } from '../images/scan.ts'
import { similarJob } from '../images/similar.ts'
import { JobHandlers } from '../machinery/job-handlers.ts'
import { copyRunJob } from '../predict/drafts.ts'
import { predictJob } from '../predict/predict.ts'
import { scoreJob } from '../score/score.ts'
import { trainJob } from '../train/train-job.ts'

/** Every kind of job that can be done: a new one is added here, and nowhere else. */
export const JOB_HANDLERS = new JobHandlers([
  copyRunJob,
  importJob,
  predictJob,
  scanJob,
  scoreJob,
  similarJob,
  trainJob,
])
