import { SCHEME } from '../contract/channels.ts'

/** Only what the page itself brings; nothing inline, nothing from elsewhere, strings never become HTML or script. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // the page's own (client/trusted-types.ts) and the one that Svelte makes for its compiled templates
  'trusted-types default svelte-trusted-html',
].join('; ')

/** In development Vite injects styles and talks to its server over a web socket; the rest holds. */
const DEVELOPMENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws:",
  "worker-src 'self'",
].join('; ')

/** Headers of everything that makes up the page. */
export function pageHeaders(development: boolean): Record<string, string> {
  return {
    'content-security-policy': development ? DEVELOPMENT_POLICY : CONTENT_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  }
}

/** Whether an address belongs to the page: navigation and messages from anywhere else are refused. */
export function isPage(address: string): boolean {
  try {
    const url = new URL(address)
    return url.protocol === `${SCHEME}:` && url.host === 'app'
  } catch {
    return false
  }
}
