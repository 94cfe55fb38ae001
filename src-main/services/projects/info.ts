import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Engine } from '../../contract/engine.ts'
import { toWireError } from '../../contract/errors.ts'
import type { BackendInfo } from '../../contract/wire.ts'
import {
  baseModel,
  cudaLibraries,
  logs,
  resources,
  root,
  tensorflowLibraries,
  userCache,
  userData,
} from '../../locations.ts'
import { readModelFolder } from '../predict/model-files.ts'

export interface Info {
  versions: { drydock: string; node: string; electron: string | null }
  /** null: none works, `backendError` says why */
  backend: BackendInfo | null
  backendError: string | null
  baseModel: { id: string; name: string; parameters: number } | null
  folders: Record<'drydock' | 'resources' | 'userData' | 'logs' | 'cache' | 'tensorflow', string>
}

const packageFile = z.object({ version: z.string() })

/** What is installed here, which tfjs backend computes and why, and where things are. */
export async function gatherInfo(engine: Engine): Promise<Info> {
  const backend = await engine.info().catch((error: unknown) => toWireError(error))
  const works = 'name' in backend
  const model = await readModelFolder(baseModel).catch(() => null)
  return {
    versions: {
      drydock: packageFile.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).version,
      node: process.versions.node,
      electron: await electronVersion(),
    },
    backend: works ? backend : null,
    backendError: works ? null : backend.message,
    baseModel: model && { id: model.id, name: model.card.name, parameters: model.parameters },
    folders: {
      drydock: root,
      resources,
      userData,
      logs,
      cache: userCache,
      tensorflow: existsSync(cudaLibraries) ? cudaLibraries : tensorflowLibraries,
    },
  }
}

/** The Electron that the set-up has put here, with a word where it is not the one that Drydock asks for. */
async function electronVersion(): Promise<string | null> {
  const home = join(root, 'node_modules', 'electron')
  const found = await readFile(join(home, 'dist', 'version'), 'utf8').catch(() => null)
  if (found === null) return null
  const version = found.trim().replace(/^v/, '')
  const wanted = packageFile.parse(JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))).version
  return version === wanted ? version : `${version} (the fallback for ${wanted}: no security fixes)`
}
