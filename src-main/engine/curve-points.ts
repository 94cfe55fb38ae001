import type { CurvePoint } from '../contract/wire.ts'
import type { StepFigures } from '../model/training.ts'
import type { Validated } from './validation.ts'

/** A point of the training curve: the mean of the steps since the last one. */
export function trainPoint(
  steps: readonly StepFigures[],
  step: number,
  seconds: number,
  learningRate: number,
): CurvePoint {
  const mean = (of: (figures: StepFigures) => number): number =>
    steps.reduce((sum, figures) => sum + of(figures), 0) / steps.length
  return {
    ...{ step, seconds, kind: 'train', learningRate },
    loss: mean((figures) => figures.loss),
    parts: {
      bce: mean(({ parts }) => parts.bce),
      dice: mean(({ parts }) => parts.dice),
      embedding: mean(({ parts }) => parts.embedding),
      centre: mean(({ parts }) => parts.centre),
    },
    f2: null,
    f2WithShips: null,
  }
}

/** A point of the validation curve. */
export function validationPoint(
  { f2, f2WithShips, found }: Pick<Validated, 'f2' | 'f2WithShips' | 'found'>,
  step: number,
  seconds: number,
): CurvePoint {
  return {
    ...{ step, seconds, kind: 'validation', learningRate: null },
    ...{ loss: null, parts: {}, f2, f2WithShips, found },
  }
}
