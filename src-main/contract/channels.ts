/** Names and forms that both ends of a channel must agree on. */

/** The one scheme: serves the page and all pixels. Standard, secure, fetch-enabled. */
export const SCHEME = 'drydock'
export const PAGE_URL = `${SCHEME}://app/index.html`

/** `type` of the {@link PortMessage} with which the preload hands the page the one MessagePort. */
export const PORT_MESSAGE = 'drydock:port'

/** Comes with one port; a higher generation means that the backend was replaced since the port before. */
export interface PortMessage {
  type: typeof PORT_MESSAGE
  generation: number
}

/** Messages between preload and shell. */
export const PRELOAD_CHANNELS = {
  /** page asks for its port (no answer; the port follows on `port`) */
  connect: 'drydock:connect',
  /** the port, with the generation */
  port: 'drydock:port',
  /** a dropped path becomes a grant; answers a `DropAnswer` */
  drop: 'drydock:drop',
  /** shell asks the page for a sign of life, and it gives one */
  ping: 'drydock:ping',
  alive: 'drydock:alive',
} as const

/** Frames on the page's port: oRPC's own messages, unparsed, each marked with the router it is for. */
export interface PortFrame {
  to: 'shell' | 'backend'
  data: string | ArrayBufferLike | Uint8Array
}

/** Messages between shell and backend process. */
export type ShellToBackend =
  | { kind: 'port-data'; port: number; generation: number; data: PortFrame['data'] }
  | { kind: 'port-close'; port: number; generation: number }
  | { kind: 'grant'; grant: string; path: string; mode: 'read' | 'write' }
  | { kind: 'resolve-file'; request: number; path: string }
  /** asks for a sign of life: `alive` */
  | { kind: 'ping' }
  | { kind: 'stop' }

export type BackendToShell =
  | { kind: 'ready'; cacheRoots: string[] }
  | { kind: 'port-data'; port: number; generation: number; data: PortFrame['data'] }
  | { kind: 'port-close'; port: number; generation: number }
  /** answer to `resolve-file`: the cache file that holds the bytes of a `/p/...` URL, or why there is none */
  | { kind: 'file'; request: number; file: string; mime: string }
  | { kind: 'no-file'; request: number; status: number; reason: string }
  | { kind: 'cache-root'; root: string }
  | { kind: 'alive' }

/** `drydock://app/p/<project>/image/<id>/r<content>/thumb` */
export function thumbUrl(project: string, image: number, content: string): string {
  return `${SCHEME}://app/p/${encodeURIComponent(project)}/image/${image}/r${encodeURIComponent(content)}/thumb`
}

/** `drydock://app/p/<project>/image/<id>/r<content>/crop/<x>/<y>/<width>/<height>`: a small picture of a window, in px of the image. */
export function cropUrl(
  project: string,
  image: number,
  content: string,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): string {
  return `${SCHEME}://app/p/${encodeURIComponent(project)}/image/${image}/r${encodeURIComponent(content)}/crop/${x}/${y}/${width}/${height}`
}

/** `drydock://app/p/<project>/image/<id>/r<content>/tile/<level>/<column>/<row>`; level 0 is full size. */
export function tileUrl(
  project: string,
  image: number,
  content: string,
  level: number,
  column: number,
  row: number,
): string {
  return `${SCHEME}://app/p/${encodeURIComponent(project)}/image/${image}/r${encodeURIComponent(content)}/tile/${level}/${column}/${row}`
}

/** `drydock://app/p/<project>/image/<id>/r<content>/inference/<key>`: the bytes are those of `core/cluster/inference-bytes.ts`. */
export function inferenceUrl(project: string, image: number, content: string, key: string): string {
  return `${SCHEME}://app/p/${encodeURIComponent(project)}/image/${image}/r${encodeURIComponent(content)}/inference/${key}`
}
