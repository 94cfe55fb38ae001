import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, relative, resolve, sep, isAbsolute } from 'node:path'
import { Readable } from 'node:stream'
import { pageHeaders } from './security.ts'

/** A cache file that the backend named, or the status and reason why there is none. */
export type ResolvedFile = { file: string; mime: string } | { status: number; reason: string }

/** Where the bytes behind the scheme come from. */
export interface FileSources {
  /** folder of the built page */
  pageFolder: string
  /** address of the development server that serves the page instead, or null */
  devServer: string | null
  /** passes a request on to the development server */
  fetchDev(url: string): Promise<Response>
  /** asks the backend for the cache file of a `/p/...` path */
  resolvePixels(path: string): Promise<ResolvedFile>
  /** folders under which such files may lie */
  cacheRoots(): readonly string[]
}

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
}

function refuse(status: number, reason: string): Response {
  return new Response(reason, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

/** Whether `file` is `folder` or lies under it; both real paths. */
export function liesUnder(file: string, folder: string): boolean {
  const way = relative(folder, file)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

async function realPathOrNull(path: string): Promise<string | null> {
  return realpath(path).catch(() => null)
}

async function stream(file: string, headers: Record<string, string>): Promise<Response> {
  const { size } = await stat(file)
  const body = Readable.toWeb(createReadStream(file))
  return new Response(body as ReadableStream, {
    headers: { ...headers, 'content-length': String(size), 'x-content-type-options': 'nosniff' },
  })
}

async function pixels(path: string, sources: FileSources): Promise<Response> {
  const answer = await sources.resolvePixels(path)
  if ('status' in answer) return refuse(answer.status, answer.reason)
  const real = await realPathOrNull(answer.file)
  if (real === null) return refuse(404, 'The file has left the cache; ask again.')
  const roots = await Promise.all(sources.cacheRoots().map(realPathOrNull))
  if (!roots.some((root) => root !== null && liesUnder(real, root))) {
    return refuse(403, 'This file lies outside every cache.')
  }
  return stream(real, { 'content-type': answer.mime, 'cache-control': 'public, max-age=31536000, immutable' })
}

async function page(path: string, sources: FileSources): Promise<Response> {
  const file = resolve(join(sources.pageFolder, ...path.split('/')))
  const mime = MIME[extname(file)]
  const real = mime ? await realPathOrNull(file) : null
  const folder = await realPathOrNull(sources.pageFolder)
  if (!mime || real === null || folder === null || !liesUnder(real, folder)) {
    return refuse(404, 'The window has no such file.')
  }
  return stream(real, { 'content-type': mime, ...pageHeaders(false) })
}

/**
 * Answers one request of the page: its own files from the built page (or the development server), pixels and blobs
 * (`/p/...`) from the cache, after checking that their real path lies under a registered cache root.
 * @param request GET, of the scheme's one host `app`
 */
export async function serveFile(
  request: { url: string; method: string },
  sources: FileSources,
): Promise<Response> {
  const url = new URL(request.url)
  if (url.host !== 'app' || request.method !== 'GET')
    return refuse(405, 'Only reading from the host app is possible.')
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return refuse(400, 'The address is not well formed.')
  }
  try {
    if (path.startsWith('/p/')) return await pixels(url.pathname, sources)
    if (sources.devServer === null) return await page(path, sources)
    const answer = await sources.fetchDev(sources.devServer + url.pathname + url.search)
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(pageHeaders(true))) headers.set(name, value)
    return new Response(answer.body, { status: answer.status, headers })
  } catch (error) {
    return refuse(500, error instanceof Error ? error.message : String(error))
  }
}
