import { CommanderError, Command } from 'commander'
import { addConvert } from './convert.ts'
import { addCrossvalidate } from './crossvalidate.ts'
import { addExport, addImport } from './exchange.ts'
import { addImage } from './image.ts'
import { addInfo } from './info.ts'
import { addLint } from './lint.ts'
import { addPredict } from './predict.ts'
import { addReview } from './review.ts'
import { addSweep } from './sweep.ts'
import { addScore } from './score.ts'
import { WRONG_USAGE } from './terminal.ts'
import { addSplit } from './split.ts'
import { addTrain } from './train.ts'
import { addVerify } from './verify.ts'
import './with-parent.ts'

/** `drydock ...`: each command in a file of its own, which loads what it needs when it runs. */
const program = new Command('drydock')
  .description('Mark ships in overhead images, score the marks, train the model that marks them.')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()

addPredict(program)
addScore(program)
addReview(program)
addSweep(program)
addTrain(program)
addCrossvalidate(program)
addSplit(program)
addImport(program)
addExport(program)
addConvert(program)
addLint(program)
addImage(program)
addVerify(program)
addInfo(program)

// Whoever reads the output may stop early (`drydock score ... | head`): no failure, and nothing more to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander has printed the sentence on stderr, or the help that was asked for.
  if (error.exitCode !== 0) {
    process.exitCode = WRONG_USAGE
    if (process.argv.includes('--json')) {
      const message = error.message.replace(/^error: /, '')
      process.stdout.write(`${JSON.stringify({ error: { code: 'bad_input', message } })}\n`)
    }
  }
}
