/**
 * Import this before anything else. The page's policy refuses strings as HTML or script; Konva empties its container
 * with `innerHTML = ''`, and the page starts threads from scripts of its own: the default policy lets exactly that pass.
 */

interface PolicyFactory {
  createPolicy(
    name: string,
    rules: {
      createHTML: (text: string) => string | null
      createScriptURL: (url: string) => string | null
    },
  ): unknown
}

function hasTrustedTypes(scope: object): scope is { trustedTypes: PolicyFactory } {
  return 'trustedTypes' in scope && typeof scope.trustedTypes === 'object' && scope.trustedTypes !== null
}

const scope: object = globalThis
if (hasTrustedTypes(scope)) {
  scope.trustedTypes.createPolicy('default', {
    createHTML: (text) => (text === '' ? '' : null),
    createScriptURL: (url) => (url.startsWith(new URL('assets/', document.baseURI).href) ? url : null),
  })
}
