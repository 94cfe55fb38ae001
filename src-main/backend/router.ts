import { implement } from '@orpc/server'
import { backendContract } from '../contract/backend.ts'
import type { ProjectEvent, ProjectSummary } from '../contract/wire.ts'
import { applyGesture } from '../services/annotate/annotate.ts'
import { actOnAll } from '../services/annotate/act-on-all.ts'
import {
  addCategory,
  changeCategory,
  listCategories,
  mergeCategory,
} from '../services/annotate/categories.ts'
import { importLabels } from '../services/exchange/import.ts'
import { addMapLayer, mapShapesOn, removeMapLayer } from '../services/exchange/map-layers.ts'
import { previewImport } from '../services/exchange/preview.ts'
import { redoWithGroup, undoGroup, undoWithGroup } from '../services/annotate/groups.ts'
import type { Host } from '../services/projects/host.ts'
import { chooseLabelForm, labelForms } from '../services/annotate/label-form.ts'
import { getImage } from '../services/annotate/image-detail.ts'
import { regroup, similarGroups } from '../services/images/similar.ts'
import { freezeSplits, setSplit } from '../services/images/split.ts'
import { takeSplits } from '../services/images/split-file.ts'
import { listModels, modelCardOf, setCurrentModel, setRemark } from '../services/predict/models.ts'
import { startPrediction } from '../services/predict/predict.ts'
import { lastSweep, startSweep } from '../services/predict/sweep.ts'
import { keepDraft } from '../services/predict/drafts.ts'
import { openInference } from '../services/predict/open-inference.ts'
import { predictAhead } from '../services/predict/predict-ahead.ts'
import { summaryOf } from '../services/machinery/project.ts'
import { listOrder, rowsOf } from '../services/images/list.ts'
import { aboutImage, mappingOf, samplesAt, setMapping, setPixelMetres } from '../services/images/mapping.ts'
import { chooseRun, runChoice } from '../services/predict/run-choice.ts'
import { listRuns, setCurrentRun, setFlips } from '../services/predict/runs.ts'
import { answerMoved, movedImages } from '../services/images/moved.ts'
import { relocate, rescan } from '../services/images/scan.ts'
import { writeWhole } from '../whole-file.ts'
import { decideMany } from '../services/review/bulk.ts'
import { writeReport, writeResult } from '../services/review/take-away.ts'
import { compareRuns } from '../services/review/compare.ts'
import { answerSuspect, galleryPage, reviewPage, verdictsOf } from '../services/review/review.ts'
import { refreshScores, setScore } from '../services/score/score.ts'
import { filmFrame, filmSteps, keepStep } from '../services/train/film.ts'
import { exampleCrops } from '../services/train/example-crops.ts'
import { addVersion, saveVersion } from '../services/train/version-file.ts'
import { measuredLearningCurve, startLearningCurve } from '../services/train/learning-curve-job.ts'
import { holdOutState, startHoldOut } from '../services/train/hold-out.ts'
import {
  startTraining,
  trainingCurve,
  trainingDefaults,
  trainingPreview,
} from '../services/train/train-job.ts'
import type { Project } from '../services/machinery/project.ts'
import type { Grants } from './grants.ts'
import type { Window } from './windows.ts'

/** What the handlers need besides the services. */
export interface RouterNeeds {
  host: Host
  grants: Grants
  about: { version: string; logs: string; userData: string }
}

/** The contract's procedures, each one call of a service. Input and output are validated by the contract. */
export function backendRouter({ host, grants, about }: RouterNeeds) {
  const os = implement(backendContract).$context<{ window: Window }>()
  const within = insideOf(host)
  return os.router({
    system: {
      engine: os.system.engine.handler(() => host.engineInfo()),
      backendSetting: os.system.backendSetting.handler(() => host.backend.setting),
      setBackend: os.system.setBackend.handler(({ input }) => host.backend.choose(input.choice)),
      about: os.system.about.handler(() => about),
    },
    project: {
      open: os.project.open.handler(({ input, context, signal }) => {
        const path = grants.take(input.grant, 'read')
        return opened(context.window, (until) => host.openProject(path, until), signal)
      }),
      restoreBackup: os.project.restoreBackup.handler(({ input, context, signal }) => {
        const path = grants.take(input.grant, 'read')
        return opened(context.window, (until) => host.restoreBackup(path, until), signal)
      }),
      openSample: os.project.openSample.handler(({ context, signal }) =>
        opened(context.window, (until) => host.openSample(until), signal),
      ),
      openRecent: os.project.openRecent.handler(({ input, context, signal }) =>
        opened(context.window, (until) => host.openRecent(input.key, until), signal),
      ),
      recent: os.project.recent.handler(() => host.recent()),
      forgetRecent: os.project.forgetRecent.handler(async ({ input }) => {
        await host.forgetRecent(input.key)
        return {}
      }),
      summary: os.project.summary.handler(within(summaryOf)),
      relocate: os.project.relocate.handler(
        within(async (project, input) => {
          await relocate(project, grants.take(input.grant, 'read'))
          return summaryOf(project)
        }),
      ),
      close: os.project.close.handler(async ({ input, context }) => {
        context.window.leave(input.project)
        await host.release(input.project)
        return {}
      }),
      // Once the answer is there, nothing that happens is missed: what is fetched after it is followed without a gap.
      watch: os.project.watch.handler(
        within(({ jobs, events }, _input, signal) => {
          void host.engineInfo().then((engine) => events.emit({ type: 'engine', engine }))
          const now: ProjectEvent[] = jobs.running().map((job) => ({ type: 'job', job }))
          return events.stream(now, signal)
        }),
      ),
    },
    images: {
      order: os.images.order.handler(
        within((project, { sort, filter }, signal) => listOrder(project, { sort, filter }, signal)),
      ),
      rows: os.images.rows.handler(within((project, { images }, signal) => rowsOf(project, images, signal))),
      marks: os.images.marks.handler(
        within(({ reads }, { images }, signal) =>
          reads.run('images.marks', { images }, signal ? { signal } : {}),
        ),
      ),
      facets: os.images.facets.handler(within(({ reads }) => reads.run('images.facets', null))),
      get: os.images.get.handler(
        within((project, input) => project.shared.people.serve(() => getImage(project, input.image))),
      ),
      moved: os.images.moved.handler(within(movedImages)),
      answerMoved: os.images.answerMoved.handler(
        within(async (project, input) => ({ images: await answerMoved(project, input.follow) })),
      ),
      rescan: os.images.rescan.handler(within(async (project) => ({ job: await rescan(project) }))),
      about: os.images.about.handler(within((project, input) => aboutImage(project, input.image))),
      setPixelMetres: os.images.setPixelMetres.handler(
        within((project, input) => setPixelMetres(project, input.image, input.metres)),
      ),
      mapping: os.images.mapping.handler(
        within((project, input) => mappingOf(project, input.image, input.bands)),
      ),
      setMapping: os.images.setMapping.handler(
        within((project, input) => setMapping(project, input.image, input.wanted, input.of)),
      ),
      samples: os.images.samples.handler(
        within((project, input) => samplesAt(project, input.image, input.x, input.y)),
      ),
      setSplit: os.images.setSplit.handler(
        within((project, input) => setSplit(project, input.image, input.split)),
      ),
      groups: os.images.groups.handler(within((project) => similarGroups(project))),
      regroup: os.images.regroup.handler(
        within(async (project, input) => {
          await regroup(project, input.images, input.how)
          return {}
        }),
      ),
      takeSplits: os.images.takeSplits.handler(
        within((project, input) => takeSplits(project, grants.take(input.grant, 'read'))),
      ),
    },
    annotate: {
      apply: os.annotate.apply.handler(within((project, input) => applyGesture(project, input))),
      undo: os.annotate.undo.handler(within((project, input) => undoWithGroup(project, input))),
      redo: os.annotate.redo.handler(within((project, input) => redoWithGroup(project, input))),
      actOnAll: os.annotate.actOnAll.handler(
        within((project, { images, act }) => actOnAll(project, images, act)),
      ),
      undoGroup: os.annotate.undoGroup.handler(
        within((project, input) => undoGroup(project, input.group, input.gestureId)),
      ),
      labelForms: os.annotate.labelForms.handler(within((project) => labelForms(project))),
      chooseLabelForm: os.annotate.chooseLabelForm.handler(
        within(async (project, input) => {
          await chooseLabelForm(project, input.form)
          return {}
        }),
      ),
    },
    categories: {
      list: os.categories.list.handler(within(listCategories)),
      add: os.categories.add.handler(within((project, input) => addCategory(project, input))),
      change: os.categories.change.handler(within((project, input) => changeCategory(project, input))),
      merge: os.categories.merge.handler(within((project, input) => mergeCategory(project, input))),
    },
    predict: {
      start: os.predict.start.handler(within((project, input) => startPrediction(project, input))),
      setFlips: os.predict.setFlips.handler(
        within(async (project, input) => {
          await setFlips(project, input.flips)
          return {}
        }),
      ),
      ahead: os.predict.ahead.handler(
        within(async (project, input) => {
          predictAhead(project, input.images)
          return {}
        }),
      ),
    },
    runs: {
      list: os.runs.list.handler(within((project) => listRuns(project))),
      setCurrent: os.runs.setCurrent.handler(
        within(async (project, input) => {
          await setCurrentRun(project, input.run)
          return {}
        }),
      ),
      choice: os.runs.choice.handler(within((project, input) => runChoice(project, input.run))),
      choose: os.runs.choose.handler(within((project, input) => chooseRun(project, input))),
    },
    sweeps: {
      start: os.sweeps.start.handler(
        within(async (project, input) => ({ job: await startSweep(project, input.run) })),
      ),
      last: os.sweeps.last.handler(within((project, input) => lastSweep(project, input.run))),
    },
    drafts: { keep: os.drafts.keep.handler(within((project, input) => keepDraft(project, input))) },
    inference: {
      open: os.inference.open.handler(
        within((project, input, signal) => openInference(project, input, signal)),
      ),
    },
    score: {
      set: os.score.set.handler(
        within(async (project, input) => {
          // whoever has seen the hold-out's score may not deal it anew
          if (input.split === 'hold-out') await freezeSplits(project)
          return setScore(project, input.split ?? null)
        }),
      ),
      refresh: os.score.refresh.handler(within((project) => refreshScores(project))),
    },
    review: {
      page: os.review.page.handler(
        within((project, { run = null, ...wanted }, signal) =>
          reviewPage(project, { run, ...wanted }, signal),
        ),
      ),
      gallery: os.review.gallery.handler(
        within((project, { run = null, ...wanted }, signal) =>
          galleryPage(project, { run, ...wanted }, signal),
        ),
      ),
      outlines: os.review.outlines.handler(
        within((project, { run, crops }, signal) =>
          project.reads.run('review.outlines', { run, crops }, signal ? { signal } : {}),
        ),
      ),
      answer: os.review.answer.handler(
        within((project, { image, suspect, verdict }) => answerSuspect(project, image, suspect, verdict)),
      ),
      verdicts: os.review.verdicts.handler(within((project) => verdictsOf(project))),
      compare: os.review.compare.handler(
        within((project, { first, second }, signal) => compareRuns(project, first, second, signal)),
      ),
      report: os.review.report.handler(
        within(async (project, { grant, run, against = null, ignoring, category = null }) => {
          await writeReport(project, { run, against, ignoring, category }, grants.take(grant, 'write'))
          return {}
        }),
      ),
      result: os.review.result.handler(
        within(async (project, { grant, run }) => {
          const { scores, images } = await writeResult(project, run, grants.take(grant, 'write'))
          return { f2: scores.f2, images }
        }),
      ),
      plot: os.review.plot.handler(
        within(async (_, { grant, base64 }) => {
          await writeWhole(grants.take(grant, 'write'), Buffer.from(base64, 'base64'))
          return {}
        }),
      ),
      decide: os.review.decide.handler(within((project, input) => decideMany(project, input))),
      predictions: os.review.predictions.handler(
        within(({ store }, { image, run }) => store.predictions.of(run, image)),
      ),
    },
    train: {
      preview: os.train.preview.handler(within((project) => trainingPreview(project))),
      defaults: os.train.defaults.handler(within((project) => trainingDefaults(project))),
      start: os.train.start.handler(
        within(async (project, input) => ({ job: await startTraining(project, input.settings) })),
      ),
      curve: os.train.curve.handler(within((project, input) => trainingCurve(project, input.job))),
      filmSteps: os.train.filmSteps.handler(within((project, input) => filmSteps(project, input.job))),
      filmFrame: os.train.filmFrame.handler(
        within((project, input, signal) => filmFrame(project, input, signal)),
      ),
      keepStep: os.train.keepStep.handler(
        within(async (project, input) => ({ model: await keepStep(project, input) })),
      ),
      measureCurve: os.train.measureCurve.handler(
        within(async (project) => ({ job: await startLearningCurve(project) })),
      ),
      learningCurve: os.train.learningCurve.handler(within((project) => measuredLearningCurve(project))),
      crops: os.train.crops.handler(within((project, input) => exampleCrops(project, input.settings))),
    },
    models: {
      list: os.models.list.handler(within((project) => listModels(project))),
      setCurrent: os.models.setCurrent.handler(
        within(async (project, input) => {
          await setCurrentModel(project, input.model)
          return {}
        }),
      ),
      save: os.models.save.handler(
        within(async (project, input) => {
          await saveVersion(project, input.model, grants.take(input.grant, 'write'))
          return {}
        }),
      ),
      add: os.models.add.handler(
        within(async (project, input) => ({
          model: await addVersion(project, grants.take(input.grant, 'read')),
        })),
      ),
      setRemark: os.models.setRemark.handler(
        within(async (project, input) => {
          await setRemark(project, input.model, input.remark)
          return {}
        }),
      ),
      holdOut: os.models.holdOut.handler(within((project, input) => holdOutState(project, input.model))),
      compareOnHoldOut: os.models.compareOnHoldOut.handler(
        within(async (project, input) => ({ job: await startHoldOut(project, input.model) })),
      ),
      card: os.models.card.handler(within((project, input) => modelCardOf(project, input.model))),
    },
    exchange: {
      previewImport: os.exchange.previewImport.handler(
        within((project, input) => previewImport(project, grants.take(input.grant, 'read'), input.format)),
      ),
      import: os.exchange.import.handler(within((project, input) => importLabels(project, input))),
      previewExport: os.exchange.previewExport.handler(
        within((project, input, signal) =>
          project.reads.run('exchange.previewExport', input, signal ? { signal } : {}),
        ),
      ),
      export: os.exchange.export.handler(
        within((project, { grant, ...wanted }, signal) =>
          project.reads.run(
            'exchange.export',
            { out: grants.take(grant, 'write'), wanted },
            signal ? { signal } : {},
          ),
        ),
      ),
    },
    mapLayers: {
      list: os.mapLayers.list.handler(within(({ store }) => store.mapLayers.all())),
      add: os.mapLayers.add.handler(
        within((project, { from }) =>
          addMapLayer(project, 'token' in from ? from : { file: grants.take(from.grant, 'read') }),
        ),
      ),
      remove: os.mapLayers.remove.handler(
        within(async (project, input) => {
          await removeMapLayer(project, input.layer)
          return {}
        }),
      ),
      on: os.mapLayers.on.handler(within((project, input) => mapShapesOn(project, input.image))),
    },
    jobs: {
      list: os.jobs.list.handler(within(({ jobs }) => jobs.list())),
      cancel: os.jobs.cancel.handler(
        within(({ jobs }, input) => {
          jobs.cancel(input.job)
          return {}
        }),
      ),
      resume: os.jobs.resume.handler(
        within(async ({ jobs }, input) => {
          await jobs.resume(input.job)
          return {}
        }),
      ),
    },
  })
}

/** Handlers that work in an open project: it is not closed before their answer is there. */
function insideOf(host: Host) {
  return <I extends { project: string }, O>(
      work: (project: Project, input: I, signal: AbortSignal | undefined) => O | Promise<O>,
    ) =>
    ({ input, signal }: { input: I; signal?: AbortSignal | undefined }): Promise<O> =>
      host.use(input.project, (project) => work(project, input, signal))
}

/** Opens a project for a window. */
async function opened(
  window: Window,
  open: (until: AbortSignal) => Promise<Project>,
  signal: AbortSignal | undefined,
): Promise<ProjectSummary> {
  return summaryOf(await window.open(open, signal))
}
