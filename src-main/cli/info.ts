import type { Command } from 'commander'
import { addBackendOption, withEngine } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export function addInfo(program: Command): void {
  const command = program
    .command('info')
    .description('Versions, the tfjs backend that computes and why that one, and where things are')
  addBackendOption(command)
  onTerminal(command, (terminal) => showInfo(terminal, command.opts<BackendOption>()))
}

async function showInfo(terminal: Terminal, options: BackendOption): Promise<void> {
  const { gatherInfo } = await import('../services/projects/info.ts')
  const info = await withEngine(options, gatherInfo)
  terminal.answer(info)
  const { versions, backend, baseModel } = info
  const lines = [
    ['Drydock', versions.drydock],
    ['Node', versions.node],
    ['Electron', versions.electron ?? 'not installed: run "npm run setup"'],
    ...Object.entries(backend?.versions ?? {}).filter(([name]) => name !== 'node'),
    ['backend', backend ? `${backend.name} on ${backend.device}, threads: ${backend.threads}` : 'none'],
    ['why', backend ? backend.why : (info.backendError ?? '')],
    ...(backend?.passedOver ?? []).map(({ name, reason }) => [`not ${name}`, reason]),
    ['GPU', 'not verified on hardware'],
    ['trains', backend?.trains ? 'yes' : 'no'],
    [
      'base model',
      baseModel
        ? `${baseModel.name}, ${baseModel.parameters} parameters, ${baseModel.id.slice(0, 12)}`
        : 'none',
    ],
    ...Object.entries(info.folders),
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  for (const [name = '', value = ''] of lines) terminal.say(`${name.padEnd(width)}  ${value}`)
}
