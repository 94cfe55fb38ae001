import type { Command } from 'commander'
import type { Verified } from '../services/projects/verify.ts'
import { addBackendOption, withEngine } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { table } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Options extends BackendOption {
  cases?: string[]
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('Check layer, loss and metric on this machine against cases with known answers')
    .option('--cases <file...>', 'more reference cases (JSON), beside those that ship')
  addBackendOption(command)
  onTerminal(command, (terminal) => showVerified(terminal, command.opts<Options>()))
}

async function showVerified(terminal: Terminal, options: Options): Promise<void> {
  const { verifyMachine: verify } = await import('../services/projects/verify.ts')
  const verified = await withEngine(options, (engine) => verify(engine, options.cases ?? [], terminal.signal))
  terminal.answer(verifiedForMachines(verified))
  for (const line of verifiedForPeople(verified)) terminal.say(line)
  if (!verified.passed) process.exitCode = FAILURE
}

function verifiedForMachines({ backend, kinds, passed }: Verified): unknown {
  return { backend: backend.name, device: backend.device, passed, kinds }
}

function verifiedForPeople({ backend, kinds, passed }: Verified): string[] {
  const error = (value: number | null): string => (value === null ? '-' : value.toExponential(1))
  const failed = kinds.flatMap(({ kind, failed }) =>
    failed.map(
      (finding) =>
        `${kind}, ${finding.case}: off by ${error(finding.valueError)}, gradient ${error(finding.gradientError)}${finding.note === null ? '' : ` (${finding.note})`}`,
    ),
  )
  return [
    `Backend: ${backend.name} on ${backend.device}`,
    '',
    ...table([
      ['kind', 'cases', 'failed', 'largest error', 'of a gradient'],
      ...kinds.map(({ kind, cases, failed, valueError, gradientError }) => [
        kind,
        `${cases}`,
        `${failed.length}`,
        error(valueError),
        error(gradientError),
      ]),
    ]),
    '',
    ...(passed ? ['All within tolerance.'] : ['Beyond tolerance:', ...failed]),
  ]
}
