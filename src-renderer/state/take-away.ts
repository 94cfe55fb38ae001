import { toBase64 } from '../../src-main/core/base64.ts'
import { plural, score } from '../ui/format.ts'
import type { PlotFile } from '../ui/plot/file.ts'
import type { Client, ProjectClient } from '../client/index.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What taking a figure away needs of its project. */
export interface Surroundings {
  readonly client: ProjectClient
  readonly dialogs: Pick<Client['shell']['dialogs'], 'saveReview'>
  readonly toasts: Toasts
}

/**
 * Lets a person choose a file, and writes a report on a run there: with a comparison, where another run is named.
 * @param name of the file
 * @param wanted `ignoring`: without predictions that lie in areas to ignore; `category`: over images with truth of it alone
 */
export async function saveReport(
  { client, dialogs, toasts }: Surroundings,
  name: string,
  {
    run,
    against,
    ignoring,
    category,
  }: { run: number; against: number | null; ignoring: boolean; category: string | null },
): Promise<void> {
  await toasts.guard(async () => {
    const target = await dialogs.saveReview({ suggestedName: `${name} report.html`, what: 'report' })
    if (!target) return
    await client.review.report({
      grant: target.grant,
      run,
      ignoring,
      ...(against === null ? {} : { against }),
      ...(category === null ? {} : { category }),
    })
    toasts.note(`${target.label} is written.`)
  })
}

/** Lets a person choose a new folder, and writes a run's score there with all that it follows from. */
export async function saveResult(
  { client, dialogs, toasts }: Surroundings,
  name: string,
  run: number,
): Promise<void> {
  await toasts.guard(async () => {
    const target = await dialogs.saveReview({ suggestedName: `${name} result`, what: 'result' })
    if (!target) return
    const { f2, images } = await client.review.result({ grant: target.grant, run })
    toasts.note(
      `${target.label} holds F2 ${score(f2)} over ${plural(images, 'image')}. "drydock score --result" checks it.`,
    )
  })
}

/** Lets a person choose a file, and writes a plot there as it is seen: a picture, or its values. */
export async function savePlot(
  { client, dialogs, toasts }: Surroundings,
  { name, kind, bytes }: PlotFile,
): Promise<void> {
  await toasts.guard(async () => {
    const target = await dialogs.saveReview({ suggestedName: `${fileName(name)}.${kind}`, what: kind })
    if (!target) return
    await client.review.plot({ grant: target.grant, base64: toBase64(bytes) })
    toasts.note(`${target.label} is written.`)
  })
}

/** Words as the name of a file: without signs that some system reads as a place. */
function fileName(words: string): string {
  return words.replaceAll(/[\\/:*?"<>|.]+/g, '-').slice(0, 120)
}
