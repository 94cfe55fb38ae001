import type { Fix, SuspectVerdict } from '../../../src-main/contract/wire.ts'
import { changeOfFix } from '../../../src-main/core/draft/fix-change.ts'
import type { RankedFix, RankedSuspect } from '../../../src-main/core/metric/review.ts'
import { objectsOf, withoutIgnoredFinds, type ImageState } from '../../state/image-state.ts'
import { isActive } from '../../state/jobs.svelte.ts'
import { accept, acceptDraft, deleteSelected, relabel, type Desk } from '../../state/marking.ts'
import type { OpenImage } from '../../state/open-image.svelte.ts'
import type { OpenProject } from '../../state/open-project.svelte.ts'
import type { EditTarget, Stage } from '../../state/stage.svelte.ts'
import type { Toasts } from '../../state/toasts.svelte.ts'
import { instancesOfFix, isSameFix, reviewShown, type Side } from './fixes.ts'
import { Others } from './others.svelte.ts'
import type { ReviewList } from './tabs.ts'
import { compare } from './verdict.ts'

/** What mending needs of its window. */
interface Bench extends Desk {
  readonly toasts: Toasts
  readonly stage: Stage
}

/**
 * What of the open image is reviewed, and on which side it is mended: predictions in a draft, or truth. A suspect that is looked at, or whose label is being
 * changed, hangs on it too. It lives as long as the view.
 */
export class Mending {
  /** the list on the left */
  list = $state<ReviewList>('images')
  /** what is mended: predictions, in a draft; or truth */
  side = $state<Side>('model')
  /** the suspect that is looked at, or whose label is being changed */
  suspect = $state.raw<RankedSuspect | null>(null)
  /** in the list of fixes */
  chosenFix = $state.raw<RankedFix | null>(null)
  /** the image of which a fix is being made and kept; null: none */
  mendingIn = $state<number | null>(null)
  /** where in the list of suspects the one that is looked at stood last */
  #stood = $state(0)
  readonly #bench: Bench
  readonly #project: OpenProject
  /** a suspect out of fold is looked at with the predictions that contradict the label */
  readonly #others: Others

  constructor(bench: Bench, project: OpenProject) {
    this.#bench = bench
    this.#project = project
    this.#others = new Others(project.client, bench.toasts)
  }

  get #shown() {
    return this.#project.editing.shown
  }

  /** the draft that the model's side works in, whether it has begun or not */
  readonly wanted = $derived.by(() => (this.side === 'model' ? this.#shown?.draft : undefined))

  /** the draft, where there is something that it can change */
  readonly drafted = $derived.by(() =>
    this.side === 'model' && this.#shown?.draft.settings && this.#shown.inference.state === 'ready'
      ? this.#shown.draft
      : null,
  )

  /** place in the list of suspects of the one that is looked at, or of what came there since that was answered; -1: the list is empty */
  readonly suspectAt = $derived.by(() => {
    const { suspects } = this.#project.review
    const found = suspects.findIndex(({ id }) => id === this.suspect?.id)
    return found >= 0 ? found : Math.min(this.#stood, suspects.length - 1)
  })

  /** why the model's side cannot be mended; null: it can */
  readonly noDraft = $derived.by((): string | null => {
    if (this.drafted) return null
    if (this.#project.facts.run?.model === null)
      return 'This run holds labels that were read in: there is no model whose predictions could change.'
    const { state } = this.#shown?.inference ?? {}
    return state === 'none' || state === 'failed'
      ? 'What the model saw of this image is no longer there. Predict the image again to mend its predictions.'
      : 'What the model saw of this image is being read.'
  })

  readonly #ofOther = $derived.by(() => {
    const { found } = this.#others
    return this.list === 'suspects' && found && found.image === this.#shown?.id ? found : null
  })

  /** the run whose predictions are looked at in place of the current one's; null: none */
  readonly otherName = $derived.by(
    () => this.#ofOther && (this.#project.facts.runs.find(({ id }) => id === this.#ofOther?.run)?.name ?? ''),
  )

  /** what is scored of the image: with the draft's predictions where there are any */
  readonly seen = $derived.by((): ImageState | null => {
    const own = this.#shown?.state ?? null
    const state = own && objectsOf(own)
    if (!own || !state || this.side === 'label') return state
    const found = this.#ofOther
      ? { ...state, predicted: true, predictions: [...this.#ofOther.predictions] }
      : this.drafted?.active
        ? { ...state, predictions: this.drafted.predictions }
        : state
    return this.#project.review.ignoring ? withoutIgnoredFinds(found, own.truth) : found
  })

  readonly comparison = $derived.by(() => (this.seen?.predicted === true ? compare(this.seen) : null))
  readonly finished = $derived.by(() => this.seen?.status === 'done' || this.seen?.status === 'no ship')

  /** On the model's side truth is out of reach of every tool, also where there is no draft. */
  readonly target = $derived.by((): EditTarget | null => {
    // where nothing is compared there is one side, and nothing to choose it by
    if (this.side === 'label' || (!this.#ofOther && !(this.comparison && this.finished))) return null
    if (this.drafted && !this.#ofOther) return this.drafted
    const why = this.#ofOther
      ? `These are predictions of ${this.otherName}, which are only looked at.`
      : this.noDraft
    return {
      kind: 'draft',
      predictions: this.#ofOther?.predictions ?? this.#shown?.state?.predictions ?? [],
      apply: () => {
        this.#bench.toasts.reply(`${why} Choose "The label is wrong" to change truth.`)
        return false
      },
    }
  })

  /** Selects instances of the open image, and brings the first into view. */
  show(ids: readonly string[]): void {
    const [shown, seen] = [this.#shown, this.seen]
    if (!shown || !seen) return
    shown.selection = ids
    const [id] = ids
    const kind = seen.truth.some((one) => one.id === id) ? 'truth' : 'prediction'
    if (id !== undefined) this.#bench.stage.canvas?.camera.revealInstance({ kind, id })
  }

  /** Opens an image of the set and shows what `find` finds in it. */
  async goTo(image: number, find: (state: ImageState) => string[]): Promise<void> {
    const { editing } = this.#project
    await editing.open(image)
    if (editing.image === image && this.seen) this.show(find(this.seen))
  }

  /** Mends an error on the side that is chosen. */
  mend(fix: Fix): void {
    if (this.side === 'label') relabel(this.#project.editing, this.#bench, fix)
    else if (this.seen && this.drafted) this.drafted.change(changeOfFix(fix, this.seen))
  }

  /**
   * Mends an error of the set in the draft run, keeps it, and goes to the one that is worth most then. Truth and the run that the draft comes from stay.
   */
  async mendInRun(wanted: RankedFix): Promise<void> {
    if (this.mendingIn !== null) return
    const { image, fix } = wanted
    this.mendingIn = image
    try {
      this.side = 'model'
      await this.goTo(image, (state) => instancesOfFix(state, fix))
      const shown = this.#shown
      if (shown?.id !== image) return
      shown.draft.want()
      await shown.inference.settled()
      // another image, or the other side, may have been chosen meanwhile
      if (this.wanted !== shown.draft) return
      if (!this.drafted) return void this.#bench.toasts.reply(this.noDraft ?? '')
      // what a fix is of are the predictions of the run
      if (this.drafted.active)
        return void this.#bench.toasts.reply('This image has a draft: keep or discard it first.')
      if (!(await this.#isAsListed(wanted, shown)))
        return void this.#bench.toasts.reply(
          'This image was changed since its fixes were listed. The list now has what they are worth.',
        )
      if (this.wanted !== shown.draft) return
      this.mend(fix)
      const kept = await this.drafted.keep()
      if (kept) await this.#goOn(image, kept)
    } finally {
      this.mendingIn = null
    }
  }

  /**
   * Whether a fix does to the image on the screen what the list promises of it. What is listed and what is shown come by two ways, and either may be the
   * older one: where they differ both are asked for again.
   */
  async #isAsListed(wanted: RankedFix, shown: OpenImage): Promise<boolean> {
    const holds = () =>
      this.seen !== null &&
      reviewShown(this.seen).fixes.some(({ fix, f2 }) => f2 === wanted.after && isSameFix(fix, wanted.fix))
    if (holds()) return true
    const { review } = this.#project
    // also where the view is left meanwhile
    const letGo = review.want()
    review.changed(wanted.image)
    await shown.refetch()
    await until(() => !review.loading && !review.isStale(wanted.image))
    letGo()
    return holds()
  }

  /** Once what was kept is in the current run, and that is reviewed: the fix that is worth most then. */
  async #goOn(from: number, kept: { job: string | null; run: number }): Promise<void> {
    const { jobs, facts, review, editing } = this.#project
    const shown = this.#shown
    // also where the view is left meanwhile
    const letGo = review.want()
    review.changed(from)
    const failed = () => {
      const job = jobs.items.find(({ id }) => id === kept.job)
      return job !== undefined && job.state !== 'done' && !isActive(job)
    }
    const reviewed = () =>
      facts.run?.id === kept.run &&
      !review.loading &&
      !review.isStale(from) &&
      !(shown === this.#shown && shown?.draft.keeping)
    await until(() => failed() || reviewed())
    letGo()
    if (failed()) return
    const [next] = review.fixes
    if (!next || editing.image !== from || this.list !== 'fixes') return
    this.chosenFix = next
    await this.goTo(next.image, (state) => instancesOfFix(state, next.fix))
  }

  /** Shows a suspect with what contradicts it. */
  async lookAt(next: RankedSuspect): Promise<void> {
    this.side = 'model'
    this.#stand(next)
    void this.#others.look(next.image, next.outOfFold ? (this.#project.facts.outOfFold?.id ?? null) : null)
    await this.goTo(next.image, () => [next.id])
  }

  /** Keeps what a person says of a suspect, and goes on to the next one; a label that is wrong is changed first. */
  async answer(one: RankedSuspect, verdict: SuspectVerdict): Promise<void> {
    const { editing, review } = this.#project
    // the list may be answered while another image is open
    if (verdict === 'label wrong' && this.#shown?.id !== one.image) await this.lookAt(one)
    this.#stand(one)
    void review.answer(one.image, one.id, verdict)
    if (verdict !== 'label wrong') return this.#lookAtNext()
    if (editing.image !== one.image) return
    this.side = 'label'
    this.#bench.stage.focus()
  }

  /** Does to truth what the suspect says of it. Undo straight after takes that back, though another image is open by then. */
  settle({ id, suspicion }: RankedSuspect): void {
    const { editing } = this.#project
    const [shown, other] = [this.#shown, this.#ofOther]
    if (!shown) return
    const { gestures } = editing
    if (suspicion === 'never found') {
      shown.selection = [id]
      deleteSelected(editing, null)
    } else if (other) {
      const target: EditTarget = { kind: 'draft', predictions: other.predictions, apply: () => false }
      acceptDraft(editing, this.#bench, target, [id])
    } else accept(editing, this.#bench, [id])
    const changed = editing.gestures > gestures
    // of this image's draft, should it stay open: what was done last is of truth
    if (changed) shown.draft.accepted()
    this.leaveLabel(changed)
  }

  /** Back to the model's side, and to the next suspect where suspects are gone through. @param changed by what leads there, so that undo takes it back */
  leaveLabel(changed = false): void {
    const { editing } = this.#project
    const from = editing.image
    this.side = 'model'
    const goesOn = this.suspect !== null && this.list === 'suspects'
    this.suspect = null
    if (!goesOn) return
    void this.#lookAtNext()
    if (from !== null) editing.ledOn(from, changed)
  }

  /** The one that has come where the last one stood. */
  async #lookAtNext(): Promise<void> {
    const next = this.#project.review.suspects[this.suspectAt]
    if (next) await this.lookAt(next)
  }

  #stand(suspect: RankedSuspect): void {
    this.suspect = suspect
    const place = this.#project.review.suspects.findIndex(({ id }) => id === suspect.id)
    if (place >= 0) this.#stood = place
  }
}

/** Until a view's state is so. */
function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = $effect.root(() => {
      $effect(() => {
        if (!holds()) return
        resolve()
        // not within the effect that it ends
        queueMicrotask(() => end())
      })
    })
  })
}
