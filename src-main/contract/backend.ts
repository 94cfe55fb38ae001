import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import * as w from './wire.ts'

/**
 * The backend's procedures, each declared once. Opening is an explicit act: a call names its project by the id that
 * `open`, `openRecent`, `openSample` or `restoreBackup` answered, and rejects with `project_not_open` where the backend does not have that
 * project open. So after `backend_restarted`, or where a project was closed meanwhile, a window opens it again by `openRecent({ key: id })` and then
 * sends again what was not acknowledged. A call that comes while its project closes waits for the end of that. A failed call rejects with an oRPC error whose `code` is an
 * `ErrorCode`, whose `message` is the sentence to show, and whose `data` is the data behind it.
 */

const inProject = z.object({ project: w.projectId })
const onImage = inProject.extend({ image: w.imageId })
const gesture = onImage.extend({ gestureId: w.uuid, expectedRevision: z.number().int() })
const nothing = z.object({})
/** without predictions that lie in areas to ignore */
const ignoring = z.boolean().default(false)
/** a page of scored images */
const nextImages = {
  /** default: the current one */
  run: w.runId.optional(),
  after: z.number().int().min(0),
  limit: z.number().int().min(1).max(2000).optional(),
  ignoring,
}
const procedure = oc
const exported = {
  what: z.enum(['truth', 'predictions']),
  format: w.labelFormatId.default('airbus'),
  /** with what is marked on images that are not finished; for truth */
  unfinished: z.boolean().default(false),
}

export const backendContract = {
  system: {
    engine: procedure.input(nothing).output(w.backendInfo.nullable()),
    backendSetting: procedure.input(nothing).output(w.backendSetting),
    /** an `engine` event follows in every open project when it has taken effect */
    setBackend: procedure.input(z.object({ choice: w.backendChoice })).output(w.backendSetting),
    /** versions and folders, for the help panel */
    about: procedure
      .input(nothing)
      .output(z.object({ version: z.string(), logs: z.string(), userData: z.string() })),
  },
  project: {
    /** Opens a `.drydock` folder, or makes a project from a folder of images beside it. */
    open: procedure.input(z.object({ grant: z.string() })).output(w.projectSummary),
    /** Puts a backup, a file in a project's folder "backups", in the place of the project's database, and opens the project. */
    restoreBackup: procedure.input(z.object({ grant: z.string() })).output(w.projectSummary),
    openSample: procedure.input(nothing).output(w.projectSummary),
    openRecent: procedure.input(z.object({ key: z.string() })).output(w.projectSummary),
    recent: procedure.input(nothing).output(z.array(w.recentProject)),
    forgetRecent: procedure.input(z.object({ key: z.string() })).output(nothing),
    summary: procedure.input(inProject).output(w.projectSummary),
    /** points a project whose images have moved to their new folder */
    relocate: procedure.input(inProject.extend({ grant: z.string() })).output(w.projectSummary),
    close: procedure.input(inProject).output(nothing),
    /** first the current jobs, then whatever happens; ends with the connection */
    watch: procedure.input(inProject).output(eventIterator(w.projectEvent)),
  },
  images: {
    /** the images that pass the filter, in order (`core/list`). Rows that change later come as events: they move alone */
    order: procedure
      .input(inProject.extend({ sort: w.imageSort, filter: w.imageFilter }))
      .output(w.packedOrder),
    /** rows of some images of a list, those that are looked at; images that are not there are left out */
    rows: procedure
      .input(inProject.extend({ images: z.array(w.imageId).max(500) }))
      .output(z.array(w.imageRow)),
    /** the truth of images as small pictures; those without are left out */
    marks: procedure
      .input(inProject.extend({ images: z.array(w.imageId).max(200) }))
      .output(z.array(w.thumbMarks)),
    /** who has edited, and categories that are there */
    facets: procedure.input(inProject).output(w.imageFacets),
    get: procedure.input(onImage).output(w.packedDetail),
    /** images that seem to have moved and of which a person is to be asked, once for all: "3 marked images seem to have moved" */
    moved: procedure.input(inProject).output(w.movedImages),
    /** the answer, after which it is not asked again; how many were followed */
    answerMoved: procedure
      .input(inProject.extend({ follow: z.boolean() }))
      .output(z.object({ images: z.number().int() })),
    /** looks again at the images folder: new, missing and changed files */
    rescan: procedure.input(inProject).output(z.object({ job: w.jobId })),
    /** of an image and all of its group */
    setSplit: procedure.input(onImage.extend({ split: w.split })).output(w.imageRow),
    /** groups of finished images that are alike, those with a leak first, then the largest */
    groups: procedure
      .input(inProject)
      .output(z.object({ groups: z.array(w.similarGroup), count: z.number().int() })),
    /** puts images into one group, each into its own, or back to where they are found to belong; splits follow */
    regroup: procedure
      .input(
        inProject.extend({
          images: z.array(w.imageId).min(1).max(10_000),
          how: z.enum(['together', 'apart', 'as found']),
        }),
      )
      .output(nothing),
    /** puts images, and their groups, into the splits that a CSV names */
    takeSplits: procedure
      .input(inProject.extend({ grant: z.string() }))
      .output(
        z.object({ images: z.number().int(), unknown: z.array(z.string()), broken: z.array(z.number()) }),
      ),
    /** bands, pages, place on the earth */
    about: procedure.input(onImage).output(w.imageAbout),
    /** a ground resolution for an image whose file says none; null: take it back */
    setPixelMetres: procedure
      .input(onImage.extend({ metres: z.number().positive().max(100_000).nullable() }))
      .output(w.imageAbout),
    /** how samples become 8 bits. @param bands whose histograms are wanted; default: those shown */
    mapping: procedure.input(onImage.extend({ bands: w.shownBands.optional() })).output(w.imageMapping),
    /**
     * Sets how samples become 8 bits: of this image, or of all whose bands agree with its own. Pixels have other URLs then,
     * predictions and scores are stale. @param wanted null: what is chosen where nobody has chosen
     */
    setMapping: procedure
      .input(onImage.extend({ wanted: w.wantedMapping.nullable(), of: z.enum(['image', 'kind']) }))
      .output(z.object({ images: z.number().int() })),
    /** the samples of all bands of a pixel; null: no number */
    samples: procedure
      .input(onImage.extend({ x: z.number().int().min(0), y: z.number().int().min(0) }))
      .output(z.array(z.number().nullable())),
  },
  annotate: {
    apply: procedure.input(gesture.extend({ plan: w.editPlan })).output(w.editResult),
    undo: procedure.input(gesture).output(w.editResult),
    redo: procedure.input(gesture).output(w.editResult),
    /** does the same to each of these images, as a job; answers when it is done */
    actOnAll: procedure
      .input(inProject.extend({ images: z.array(w.imageId).min(1).max(1_000_000), act: w.imagesAct }))
      .output(w.imagesOutcome),
    /** takes back every edit of a group (an import, an act on several images) at once; images that were edited since (`kept`) stay as they are */
    undoGroup: procedure
      .input(inProject.extend({ group: w.uuid, gestureId: w.uuid }))
      .output(z.object({ images: z.number().int(), kept: z.number().int() })),
    /** outlines or rectangles: what the smart box is to give */
    labelForms: procedure.input(inProject).output(w.labelForms),
    /** @param form null: as the project's labels are. A `label-form` event follows */
    chooseLabelForm: procedure.input(inProject.extend({ form: w.labelForms.shape.chosen })).output(nothing),
  },
  categories: {
    /** in the order in which they came, by which Shift+1 to 9 name them; those merged into others at their places too */
    list: procedure.input(inProject).output(z.array(w.projectCategory)),
    /** a name that is taken is refused with `bad_input` */
    add: procedure
      .input(inProject.extend({ name: w.categoryName, counts: z.boolean().default(true) }))
      .output(w.projectCategory),
    /** where another choice counts, scores are stale and are counted anew as a job; one category counts at least */
    change: procedure
      .input(
        inProject.extend({
          key: w.category,
          name: w.categoryName.optional(),
          colour: w.projectCategory.shape.colour.optional(),
          counts: z.boolean().optional(),
        }),
      )
      .output(z.array(w.projectCategory)),
    /** The category goes, and its marks are those of another; nothing is written at the marks themselves, and no history changes. */
    merge: procedure
      .input(inProject.extend({ key: w.category, into: w.category }))
      .output(z.array(w.projectCategory)),
  },
  predict: {
    /** `todo`: the images that the run has not reached. Extends the current run where model, settings and flips agree. */
    start: procedure
      .input(
        inProject.extend({
          images: z.union([z.array(w.imageId).min(1), z.enum(['all', 'todo'])]),
          settings: w.clusterSettings.optional(),
          /** the image on the screen: predicted before all others */
          first: w.imageId.optional(),
        }),
      )
      .output(z.object({ job: w.jobId, run: w.runId })),
    /** whether predictions from now on average over the four flips; a `runs` event follows */
    setFlips: procedure.input(inProject.extend({ flips: z.boolean() })).output(nothing),
    /** a person has opened an image; these come after it in the list: the next to do are predicted quietly, without a job */
    ahead: procedure.input(inProject.extend({ images: z.array(w.imageId).max(20) })).output(nothing),
  },
  runs: {
    list: procedure.input(inProject).output(z.array(w.run)),
    setCurrent: procedure.input(inProject.extend({ run: w.runId })).output(nothing),
    /** positions between clean empty images and more ships found; null: the run holds imported labels */
    choice: procedure.input(inProject.extend({ run: w.runId })).output(w.runChoice.nullable()),
    /**
     * Makes the run with these settings, and else the settings and flips of `run`, the current one, over all images that
     * its version has looked at. `job`: what is still being done for it, from inferences that are there
     */
    choose: procedure
      .input(
        inProject.extend({
          run: w.runId,
          foreground: w.clusterSettings.shape.foreground.optional(),
          sigma: w.clusterSettings.shape.sigma.optional(),
          alpha: w.clusterSettings.shape.alpha.optional(),
          minArea: w.clusterSettings.shape.minArea.optional(),
          minScore: w.clusterSettings.shape.minScore.optional(),
          separate: z.boolean().optional(),
          rectangles: z.boolean().optional(),
          necks: z.boolean().optional(),
          /** the image on the screen */
          first: w.imageId.optional(),
        }),
      )
      .output(z.object({ job: w.jobId.nullable(), run: w.runId })),
  },
  sweeps: {
    /** tries settings of the clustering on the validation images; the hold-out has no part in it, and nothing changes by it */
    start: procedure.input(inProject.extend({ run: w.runId })).output(z.object({ job: w.jobId })),
    /** what the last one of this run found; null: there was none */
    last: procedure.input(inProject.extend({ run: w.runId })).output(w.sweepResult.nullable()),
  },
  drafts: {
    /**
     * Keeps what sliders and a person's hand made of one image: in `run` where that is a draft run, else in a new one, whose parent
     * it is and whose predictions of all other images a job copies. The draft run becomes the current one once it has them all.
     */
    keep: procedure
      .input(
        onImage.extend({
          run: w.runId,
          settings: w.clusterSettings,
          changes: z.array(w.handChange).max(1000),
        }),
      )
      .output(z.object({ job: w.jobId.nullable(), run: w.runId })),
  },
  inference: {
    /**
     * The inference of the image on the screen: of the current run's version, else the current one. null: it is not there, and was
     * not to be made. Ending the call harms nothing: an engine that trains lives on.
     */
    open: procedure.input(onImage.extend({ make: z.boolean() })).output(w.imageInference.nullable()),
  },
  score: {
    set: procedure.input(inProject.extend({ split: w.split.optional() })).output(w.setScore),
    /** recomputes what is stale in the current run */
    refresh: procedure.input(inProject).output(w.setScore),
  },
  review: {
    /** errors by kind, fixes and suspects of the next scored images of a run; `after`: 0, then `next` of the page before */
    page: procedure.input(inProject.extend(nextImages)).output(w.reviewPage),
    /** the instances of the next scored images of a run, or those in which something is wrong; `after`: as for `page` */
    gallery: procedure
      .input(inProject.extend({ ...nextImages, of: z.enum(['errors', 'instances']) }))
      .output(w.galleryPage),
    /** outlines of truth and of a run's predictions in crops, one for each of them */
    outlines: procedure
      .input(inProject.extend({ run: w.runId, crops: z.array(w.crop).max(200) }))
      .output(z.array(w.cropOutlines)),
    /** keeps what a person says of a suspect, which does not come back then; null: takes it back. How often each was said */
    answer: procedure
      .input(onImage.extend({ suspect: w.uuid, verdict: w.suspectVerdict.nullable() }))
      .output(w.suspectVerdicts),
    verdicts: procedure.input(inProject).output(w.suspectVerdicts),
    /** two runs on the images that both have reached and that have truth; null: there is none */
    compare: procedure
      .input(inProject.extend({ first: w.runId, second: w.runId }))
      .output(w.runComparison.nullable()),
    /** a report on a run, HTML or CSV as the file's ending says; `against`: compared with this one; `category`: over images with truth of it alone */
    report: procedure
      .input(
        inProject.extend({
          ...{ grant: z.string(), run: w.runId, against: w.runId.optional(), ignoring },
          category: w.category.optional(),
        }),
      )
      .output(nothing),
    /** the score of a run with all that it follows from, into a new folder. Its F2 */
    result: procedure
      .input(inProject.extend({ grant: z.string(), run: w.runId }))
      .output(z.object({ f2: z.number(), images: z.number().int() })),
    /** a plot as the window shows it, a picture or its values: at most 20 MB */
    plot: procedure
      .input(inProject.extend({ grant: z.string(), base64: z.base64().max(28_000_000) }))
      .output(nothing),
    /** decides on instances of many images at once, as one group: `annotate.undoGroup` takes it back */
    decide: procedure
      .input(
        inProject.extend({
          run: w.runId,
          act: w.bulkAct,
          group: w.uuid,
          chosen: z.array(z.object({ image: w.imageId, ids: z.array(w.uuid).max(10_000) })).max(10_000),
        }),
      )
      .output(z.object({ images: z.number().int() })),
    /** what any run has found in an image */
    predictions: procedure.input(onImage.extend({ run: w.runId })).output(z.array(w.prediction)),
  },
  train: {
    preview: procedure.input(inProject).output(w.trainPreview),
    defaults: procedure.input(inProject).output(w.trainSettings),
    start: procedure
      .input(inProject.extend({ settings: w.trainSettings }))
      .output(z.object({ job: w.jobId })),
    curve: procedure.input(inProject.extend({ job: w.jobId })).output(z.array(w.curvePoint)),
    /** steps of a training whose weights are kept: those of the project's last training */
    filmSteps: procedure.input(inProject.extend({ job: w.jobId })).output(z.array(z.number().int())),
    filmFrame: procedure
      .input(onImage.extend({ job: w.jobId, step: z.number().int().min(0) }))
      .output(w.filmFrame),
    /** keeps the weights of a step as a version, named after its training */
    keepStep: procedure
      .input(inProject.extend({ job: w.jobId, step: z.number().int().min(0) }))
      .output(z.object({ model: w.modelId })),
    /** measures how F2 grows with the images that are trained on, as a job */
    measureCurve: procedure.input(inProject).output(z.object({ job: w.jobId })),
    /** the one that was measured last; null: none yet */
    learningCurve: procedure.input(inProject).output(w.measuredCurve.nullable()),
    /** some crops as a training by these settings would see them */
    crops: procedure.input(inProject.extend({ settings: w.trainSettings })).output(z.array(w.trainCrop)),
  },
  models: {
    list: procedure.input(inProject).output(z.array(w.modelVersion)),
    /** the one before can be gone back to: it is `previous` then */
    setCurrent: procedure.input(inProject.extend({ model: w.modelId })).output(nothing),
    /** writes a version into one file, card and licence with it */
    save: procedure.input(inProject.extend({ model: w.modelId, grant: z.string() })).output(nothing),
    /** takes a version from a file into the project */
    add: procedure.input(inProject.extend({ grant: z.string() })).output(z.object({ model: w.modelId })),
    /** what a person writes of a version */
    setRemark: procedure
      .input(inProject.extend({ model: w.modelId, remark: z.string().max(2000) }))
      .output(nothing),
    holdOut: procedure.input(inProject.extend({ model: w.modelId })).output(w.holdOutState),
    /** compares a version with the current one on the hold-out, as a job; each time counts as a look */
    compareOnHoldOut: procedure
      .input(inProject.extend({ model: w.modelId }))
      .output(z.object({ job: w.jobId })),
    /** card.json as it is */
    card: procedure.input(inProject.extend({ model: w.modelId })).output(z.record(z.string(), z.unknown())),
  },
  exchange: {
    /** a label file or a folder of them; `format`: default is what it looks like */
    previewImport: procedure
      .input(inProject.extend({ grant: z.string(), format: w.labelFormatId.optional() }))
      .output(w.importPreview),
    import: procedure
      .input(
        inProject.extend({
          token: w.uuid,
          what: z.enum(['truth', 'predictions']),
          /** images that already have truth instances */
          existing: z.enum(['add', 'replace', 'skip']),
          /** pixels that several masks of the file claim: all keep them, the first in the file, or the smaller one */
          overlaps: z.enum(['keep', 'order', 'size']).default('keep'),
          /** the file's masks count their pixels along the rows, as by mistake: they are turned */
          rowByRow: z.boolean().default(false),
          runName: z.string().min(1).max(80).optional(),
          /** what the file's categories become; those left out stay as they are named */
          categories: z.array(w.categoryWish).max(10_000).default([]),
        }),
      )
      .output(w.importResult),
    previewExport: procedure.input(inProject.extend(exported)).output(w.exportPreview),
    export: procedure
      .input(inProject.extend({ grant: z.string(), ...exported }))
      .output(z.object({ images: z.number().int(), instances: z.number().int(), file: z.string() })),
  },
  mapLayers: {
    list: procedure.input(inProject).output(z.array(w.mapLayer)),
    /** keeps what a GeoJSON file draws with the project; a file that was previewed as labels by its token */
    add: procedure
      .input(
        inProject.extend({
          from: z.union([z.object({ grant: z.string() }), z.object({ token: w.uuid })]),
        }),
      )
      .output(w.mapLayer),
    remove: procedure.input(inProject.extend({ layer: w.mapLayerId })).output(nothing),
    /** what of all layers lies on an image */
    on: procedure.input(onImage).output(w.mapShapes),
  },
  jobs: {
    list: procedure.input(inProject).output(z.array(w.job)),
    cancel: procedure.input(inProject.extend({ job: w.jobId })).output(nothing),
    /** goes on with a job that ended early and is `resumable`; it keeps its id */
    resume: procedure.input(inProject.extend({ job: w.jobId })).output(nothing),
  },
}
