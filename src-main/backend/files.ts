import type { BackendToShell } from '../contract/channels.ts'
import { toWireError } from '../contract/errors.ts'
import type { Host } from '../services/projects/host.ts'
import { pixelFile } from '../services/predict/pixel-file.ts'

/**
 * Answers a `/p/<project>/...` URL with the cache file that holds its bytes, made now where it is not there.
 * @param path of the URL, percent-encoded, from `/p/` on
 */
export async function resolveFile(host: Host, request: number, path: string): Promise<BackendToShell> {
  try {
    const [, project = '', rest = ''] = /^\/p\/([^/]{1,200})\/(.+)$/.exec(path) ?? []
    const found = await host.use(decodeURIComponent(project), (open) =>
      open.shared.people.serve(() => pixelFile(open, rest)),
    )
    return { kind: 'file', request, ...found }
  } catch (error) {
    const { code, message } = toWireError(error)
    return { kind: 'no-file', request, status: code === 'internal' ? 500 : 404, reason: message }
  }
}
