import type { Client } from '../client/index.ts'
import type { App } from './app.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

const ASK_AGAIN_MS = 500

/** Opens what the application was started to open: the sample (`--open-sample`), or a folder (`--open`). */
export async function openWish(app: App): Promise<void> {
  try {
    const wish = await app.client.shell.window.startup({})
    if (wish.open) await app.openGranted(wish.open.grant)
    else if (wish.openSample) await app.openSample()
  } catch (error) {
    app.toasts.error(error)
  }
}

/** Says so when the background process does not come back. The stream breaks with each restart and is opened again. */
export async function followBackendHealth(client: Client, toasts: Toasts): Promise<void> {
  for (;;) {
    try {
      for await (const health of await client.shell.window.backendHealth({})) {
        if (health.sentence) toasts.failure(health.sentence)
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
  }
}
