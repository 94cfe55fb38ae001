import { implement } from '@orpc/server'
import { backendContract } from '../contract/backend.ts'
import type { ProjectEvent } from '../contract/wire.ts'
import { applyGesture } from '../services/annotate/annotate.ts'
import { embeddingPoints } from '../services/predict/embeddings.ts'
import { exportLabels, importLabels, previewImport } from '../services/exchange/exchange.ts'
import { redoWithGroup, undoGroup, undoWithGroup } from '../services/annotate/groups.ts'
import type { Host } from '../services/projects/host.ts'
import { getImage } from '../services/annotate/image-detail.ts'
import { setSplit } from '../services/images/split.ts'
import { listModels, modelCardOf, setCurrentModel } from '../services/predict/models.ts'
import { startPrediction } from '../services/predict/predict.ts'
import { predictAhead } from '../services/predict/predict-ahead.ts'
import { summaryOf } from '../services/machinery/project.ts'
import { listRows } from '../services/images/rows.ts'
import { chooseRun, runChoice } from '../services/predict/run-choice.ts'
import { listRuns, setCurrentRun, setFlips } from '../services/predict/runs.ts'
import { relocate, rescan } from '../services/images/scan.ts'
import { refreshScores, setScore } from '../services/score/score.ts'
import {
  resumeTraining,
  startTraining,
  canResumeTraining,
  trainingCurve,
  trainingDefaults,
  trainingPreview,
} from '../services/train/train-job.ts'
import type { Grants } from './grants.ts'

/** What the handlers need besides the services. */
export interface RouterNeeds {
  host: Host
  grants: Grants
  about: { version: string; logs: string; userData: string }
}

/** The contract's procedures, each one call of a service. Input and output are validated by the contract. */
export function backendRouter({ host, grants, about }: RouterNeeds) {
  const os = implement(backendContract)
  return os.router({
    system: {
      engine: os.system.engine.handler(() => host.engineInfo()),
      backendSetting: os.system.backendSetting.handler(() => host.backend.setting),
      setBackend: os.system.setBackend.handler(({ input }) => host.backend.choose(input.choice)),
      about: os.system.about.handler(() => about),
    },
    project: {
      open: os.project.open.handler(async ({ input }) =>
        summaryOf(await host.openProject(grants.take(input.grant, 'read'))),
      ),
      restoreBackup: os.project.restoreBackup.handler(async ({ input }) =>
        summaryOf(await host.restoreBackup(grants.take(input.grant, 'read'))),
      ),
      openSample: os.project.openSample.handler(async () => summaryOf(await host.openSample())),
      openRecent: os.project.openRecent.handler(async ({ input }) =>
        summaryOf(await host.project(input.key)),
      ),
      recent: os.project.recent.handler(() => host.recent()),
      forgetRecent: os.project.forgetRecent.handler(async ({ input }) => {
        await host.forgetRecent(input.key)
        return {}
      }),
      summary: os.project.summary.handler(async ({ input }) => summaryOf(await host.project(input.project))),
      relocate: os.project.relocate.handler(async ({ input }) => {
        const project = await host.project(input.project)
        await relocate(project, grants.take(input.grant, 'read'))
        return summaryOf(project)
      }),
      close: os.project.close.handler(async ({ input }) => {
        await host.release(input.project)
        return {}
      }),
      // Once the answer is there, nothing that happens is missed: what is fetched after it is followed without a gap.
      watch: os.project.watch.handler(async ({ input, signal }) => {
        const { jobs, events } = await host.project(input.project)
        void host.engineInfo().then((engine) => events.emit({ type: 'engine', engine }))
        const now: ProjectEvent[] = jobs.running().map((job) => ({ type: 'job', job }))
        return events.stream(now, signal)
      }),
    },
    images: {
      list: os.images.list.handler(async ({ input }) => listRows(await host.project(input.project))),
      get: os.images.get.handler(async ({ input }) =>
        getImage(await host.project(input.project), input.image),
      ),
      rescan: os.images.rescan.handler(async ({ input }) => ({
        job: await rescan(await host.project(input.project)),
      })),
      setSplit: os.images.setSplit.handler(async ({ input }) =>
        setSplit(await host.project(input.project), input.image, input.split),
      ),
    },
    annotate: {
      apply: os.annotate.apply.handler(async ({ input }) =>
        applyGesture(await host.project(input.project), input),
      ),
      undo: os.annotate.undo.handler(async ({ input }) =>
        undoWithGroup(await host.project(input.project), input),
      ),
      redo: os.annotate.redo.handler(async ({ input }) =>
        redoWithGroup(await host.project(input.project), input),
      ),
      undoGroup: os.annotate.undoGroup.handler(async ({ input }) =>
        undoGroup(await host.project(input.project), input.group, input.gestureId),
      ),
    },
    predict: {
      start: os.predict.start.handler(async ({ input }) =>
        startPrediction(await host.project(input.project), input),
      ),
      setFlips: os.predict.setFlips.handler(async ({ input }) => {
        await setFlips(await host.project(input.project), input.flips)
        return {}
      }),
      ahead: os.predict.ahead.handler(async ({ input }) => {
        predictAhead(await host.project(input.project), input.images)
        return {}
      }),
    },
    runs: {
      list: os.runs.list.handler(async ({ input }) => listRuns(await host.project(input.project))),
      setCurrent: os.runs.setCurrent.handler(async ({ input }) => {
        await setCurrentRun(await host.project(input.project), input.run)
        return {}
      }),
      choice: os.runs.choice.handler(async ({ input }) =>
        runChoice(await host.project(input.project), input.run),
      ),
      choose: os.runs.choose.handler(async ({ input }) =>
        chooseRun(await host.project(input.project), input),
      ),
    },
    embeddings: {
      points: os.embeddings.points.handler(async ({ input }) =>
        embeddingPoints(await host.project(input.project), input.image),
      ),
    },
    score: {
      set: os.score.set.handler(async ({ input }) =>
        setScore(await host.project(input.project), input.split ?? null),
      ),
      refresh: os.score.refresh.handler(async ({ input }) =>
        refreshScores(await host.project(input.project)),
      ),
    },
    train: {
      preview: os.train.preview.handler(async ({ input }) =>
        trainingPreview(await host.project(input.project)),
      ),
      defaults: os.train.defaults.handler(async ({ input }) =>
        trainingDefaults(await host.project(input.project)),
      ),
      start: os.train.start.handler(async ({ input }) => ({
        job: await startTraining(await host.project(input.project), input.settings),
      })),
      resume: os.train.resume.handler(async ({ input }) => ({
        job: await resumeTraining(await host.project(input.project), input.job),
      })),
      canResume: os.train.canResume.handler(async ({ input }) =>
        canResumeTraining(await host.project(input.project), input.job),
      ),
      curve: os.train.curve.handler(async ({ input }) =>
        trainingCurve(await host.project(input.project), input.job),
      ),
    },
    models: {
      list: os.models.list.handler(async ({ input }) => listModels(await host.project(input.project))),
      setCurrent: os.models.setCurrent.handler(async ({ input }) => {
        await setCurrentModel(await host.project(input.project), input.model)
        return {}
      }),
      card: os.models.card.handler(async ({ input }) =>
        modelCardOf(await host.project(input.project), input.model),
      ),
    },
    exchange: {
      previewImport: os.exchange.previewImport.handler(async ({ input }) =>
        previewImport(await host.project(input.project), grants.take(input.grant, 'read')),
      ),
      import: os.exchange.import.handler(async ({ input }) =>
        importLabels(await host.project(input.project), input),
      ),
      export: os.exchange.export.handler(async ({ input }) =>
        exportLabels(await host.project(input.project), grants.take(input.grant, 'write'), input.what),
      ),
    },
    jobs: {
      list: os.jobs.list.handler(async ({ input }) => (await host.project(input.project)).jobs.list()),
      cancel: os.jobs.cancel.handler(async ({ input }) => {
        const { jobs } = await host.project(input.project)
        jobs.cancel(input.job)
        return {}
      }),
    },
  })
}
