import type { Command } from 'commander'
import { Option } from 'commander'
import type { BackendName, Engine } from '../contract/engine.ts'

export interface BackendOption {
  backend?: BackendName
}

const BACKENDS: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu']

export function addBackendOption(command: Command): void {
  command.addOption(
    new Option('--backend <name>', 'compute with this tfjs backend, and with no other').choices(BACKENDS),
  )
}

/** Does work with an engine process of its own, and ends it in any case. */
export async function withEngine<T>(
  { backend }: BackendOption,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { startEngine } = await import('../services/machinery/engine-client.ts')
  const engine = startEngine(backend ? { backend } : {})
  try {
    return await work(engine)
  } finally {
    await engine.stop()
  }
}
