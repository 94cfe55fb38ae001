import type { TrainSettings } from '../../contract/wire.ts'

/**
 * The command line that trains a project's images as settings say, for a card: with all of them, since what they are by default may change.
 * @param folder the project's own, without where it lies: a card leaves with its version
 */
export function trainCommand(folder: string, settings: TrainSettings): string {
  const { from, size, coordinates, epochs, minutes, steps, patience } = settings
  const options: [string, string | number | null][] = [
    ['project', folder],
    ['from', from ?? 'none'],
    ['size', from === null ? size : null],
    ['coordinates', from === null ? coordinates : null],
    ['epochs', epochs],
    ['minutes', minutes],
    ['steps', steps],
    ['batch', settings.batch],
    ['crop', settings.crop],
    ['learning-rate', settings.learningRate],
    ['embedding-weight', settings.embeddingWeight],
    ['loss-unit', settings.lossUnit],
    ['size-exponent', settings.sizeExponent],
    ['false-alarm-share', settings.falseAlarmShare],
    ['synthetic-share', settings.syntheticShare],
    ['magnify', settings.magnify],
    ['validate-every', settings.validateEvery],
    ['patience', patience ?? 0],
    ['seed', settings.seed],
  ]
  const said = options.flatMap(([name, value]) => (value === null ? [] : [`--${name} ${word(value)}`]))
  return `drydock train ${said.join(' ')}`
}

function word(value: string | number): string {
  const text = String(value)
  return /^[\w./:=,-]+$/.test(text) ? text : JSON.stringify(text)
}
