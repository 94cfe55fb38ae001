import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { contentHash } from '../../imaging/hash.ts'
import { readPairs, scorePairs } from '../score/score-files.ts'
import type { FilesScore } from '../score/score-files.ts'
import { PREDICTIONS_FILE, RESULT_FILE, resultFile, TRUTH_FILE } from './result-form.ts'

/**
 * Scores the folder of an exported result anew, from its files alone.
 * @throws DrydockError `not_found`, `file_broken`: a file that has changed is named; `bad_input` where the figures are not those of `result.json`
 */
export async function scoreResult(folder: string): Promise<FilesScore> {
  const text = await readFile(join(folder, RESULT_FILE), 'utf8').catch(() => null)
  if (text === null) {
    throw new DrydockError('not_found', `${folder} holds no ${RESULT_FILE}, so it is no exported result.`, {
      folder,
    })
  }
  const result = resultFile.safeParse(jsonOf(text)).data
  if (!result) throw broken(folder, RESULT_FILE, 'it has another form than Drydock writes')
  for (const [name, wanted] of Object.entries(result.files)) {
    const found = await contentHash(join(folder, basename(name))).catch(() => null)
    if (found === null) throw broken(folder, name, 'it is not there')
    if (found !== wanted) throw broken(folder, name, 'it was changed since the result was exported')
  }
  const [pairs] = await readPairs(join(folder, TRUTH_FILE), [join(folder, PREDICTIONS_FILE)])
  const scored = scorePairs(pairs!)
  if (scored.set.f2 !== result.scores.f2) {
    throw new DrydockError(
      'bad_input',
      `The files give F2 ${scored.set.f2}, but ${RESULT_FILE} says ${result.scores.f2}: it was changed since the result was exported.`,
      { folder },
    )
  }
  return scored
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function broken(folder: string, name: string, why: string): DrydockError {
  return new DrydockError('file_broken', `${join(folder, name)} cannot be used: ${why}.`, {
    file: join(folder, name),
  })
}
