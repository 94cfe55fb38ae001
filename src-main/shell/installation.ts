import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest = z.object({ devDependencies: z.object({ electron: z.string() }).optional() })

/**
 * What to say of the Electron that runs; null where it is the one that the project asks for.
 * @param running version of the running Electron
 * @param manifestFile package.json of the clone; a packaged application's names no Electron
 */
export function installationWarning(running: string, manifestFile: string): string | null {
  let wanted: string | undefined
  try {
    wanted = manifest.parse(JSON.parse(readFileSync(manifestFile, 'utf8'))).devDependencies?.electron
  } catch {
    return null
  }
  if (wanted === undefined || wanted === running) return null
  return (
    `This is the fallback Electron ${running}, which gets no security fixes: use it for images that you trust. ` +
    `To get ${wanted}, delete node_modules/electron/dist and run "npm run setup" where its official source can be reached.`
  )
}
