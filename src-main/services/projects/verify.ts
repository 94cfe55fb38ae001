import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Engine, VerifyFinding } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { BackendInfo } from '../../contract/wire.ts'
import { resources } from '../../locations.ts'
import { readText } from '../machinery/text-files.ts'

/** All cases of one kind together. */
export interface KindVerified {
  /** 'loss dense', 'metric exact' ... */
  kind: string
  cases: number
  /** largest absolute error of a value; null without cases that give one */
  valueError: number
  /** largest absolute error of a gradient; null where the kind has none */
  gradientError: number | null
  failed: VerifyFinding[]
}

export interface Verified {
  backend: BackendInfo
  kinds: KindVerified[]
  passed: boolean
}

/**
 * Checks layer, loss and metric on this machine against the reference cases that ship, and more.
 * @param more further files of the same form
 * @throws DrydockError `not_found`, `file_broken`, `nothing_to_do` (no case in the files), and as the engine does
 */
export async function verifyMachine(
  engine: Engine,
  more: readonly string[],
  signal: AbortSignal,
): Promise<Verified> {
  const own = join(resources, 'reference')
  const shipped = (await readdir(own)).filter((name) => name.endsWith('.json')).sort()
  const files = [...shipped.map((name) => join(own, name)), ...more]
  const cases = await Promise.all(files.map(readCases))
  const findings = await engine.verify(cases, { signal })
  if (findings.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      'There is no reference case in these files, so nothing was checked.',
    )
  }
  const kinds = [...new Set(findings.map(({ kind }) => kind))]
  return {
    backend: await engine.info(),
    kinds: kinds.map((kind) =>
      verifiedKind(
        kind,
        findings.filter((finding) => finding.kind === kind),
      ),
    ),
    passed: findings.every(({ passed }) => passed),
  }
}

function verifiedKind(kind: string, findings: readonly VerifyFinding[]): KindVerified {
  const gradients = findings.flatMap(({ gradientError }) => (gradientError === null ? [] : [gradientError]))
  return {
    kind,
    cases: findings.length,
    valueError: Math.max(...findings.map(({ valueError }) => valueError)),
    gradientError: gradients.length === 0 ? null : Math.max(...gradients),
    failed: findings.filter(({ passed }) => !passed),
  }
}

async function readCases(file: string): Promise<unknown> {
  const text = await readText(file)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DrydockError(
      'file_broken',
      `${basename(file)} is no JSON file of reference cases. Choose another file.`,
      { file },
      cause,
    )
  }
}
