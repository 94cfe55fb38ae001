import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import type { SweepResult } from '../contract/wire.ts'
import { SETTING_WORDS, settingText, sweepInWords } from '../core/tune/sweep-words.ts'
import { SWEPT } from '../core/tune/sweep.ts'
import { followJob, PROJECT_HELP, withProject } from './project.ts'
import { counted, scoreText, table } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Answer extends SweepResult {
  run: { id: number; name: string }
  /** the run that the settings were applied to all images as; null: they were not */
  applied: number | null
}

export function addSweep(program: Command): void {
  const command: Command = program
    .command('sweep')
    .description(
      'Tries settings of the clustering on the validation images of a run, and says whether any are better by more than chance',
    )
    .requiredOption('--project <project>', PROJECT_HELP)
    .option('--run <run>', 'number or name of the run; without it the current one')
    .option(
      '--apply',
      'where they are better by more than chance: makes a run with them over all images the current one',
    )
  onTerminal(command, async (terminal) => {
    const { project, run, apply } = command.opts<{ project: string; run?: string; apply?: boolean }>()
    const answer = await withProject(project, {}, terminal, async (open): Promise<Answer> => {
      const { findRun } = await import('../services/review/find-run.ts')
      const { lastSweep, startSweep } = await import('../services/predict/sweep.ts')
      const { id, name } = findRun(open, run)
      const job = await followJob(terminal, open, await startSweep(open, id))
      const found = job.state === 'done' ? await lastSweep(open, id) : null
      if (!found) throw new DrydockError('cancelled', 'The sweep was cancelled: nothing was chosen.')
      let applied: number | null = null
      if (apply && found.better) {
        const { chooseRun } = await import('../services/predict/run-choice.ts')
        const chosen = await chooseRun(open, { run: id, ...found.best })
        if (chosen.job) await followJob(terminal, open, chosen.job)
        applied = chosen.run
      }
      return { run: { id, name }, ...found, applied }
    })
    if (terminal.json) terminal.answer(forMachines(answer))
    else tell(terminal, answer)
  })
}

function forMachines({
  run,
  images,
  heldOut,
  own,
  ownF2,
  best,
  bestF2,
  gain,
  better,
  curves,
  applied,
}: Answer) {
  return {
    ...{ run, images, held_out: heldOut, own, own_f2: ownF2, best, best_f2: bestF2 },
    ...{ gain, better, curves, applied },
  }
}

function tell(terminal: Terminal, answer: Answer): void {
  const { run, curves, own, best, heldOut, applied } = answer
  terminal.say(`Run ${run.name}. ${sweepInWords(answer)}`)
  if (heldOut > 0) terminal.say(`${counted(heldOut, 'image')} of the hold-out had no part in it.`)
  for (const setting of SWEPT) {
    const points = curves.find((curve) => curve.setting === setting)?.points ?? []
    terminal.say('')
    const rows = points.map(({ value, f2, gain }) => [
      settingText(setting, value),
      scoreText(f2),
      `${gain.value.toFixed(3)} [${gain.low.toFixed(3)}, ${gain.high.toFixed(3)}]`,
      [value === own[setting] ? 'as it is' : '', value === best[setting] ? 'best' : '']
        .filter(Boolean)
        .join(', '),
    ])
    for (const line of table([[SETTING_WORDS[setting], 'F2', 'above the run', ''], ...rows]))
      terminal.say(line)
  }
  if (applied !== null) terminal.say(`Run ${applied} has these settings, over all images.`)
}
