import { command } from './actions.ts'
import type { App } from './app.svelte.ts'
import { follow } from './follow.ts'

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

/** Follows the shell for as long as the window stands: its menu, and whether the background process comes back. */
export function followShell(app: App): void {
  const { window } = app.client.shell
  const life = new AbortController().signal
  void follow(
    (signal) => window.commands({}, { signal }),
    (event) => command(app, event.command),
    life,
  )
  void follow(
    (signal) => window.backendHealth({}, { signal }),
    ({ sentence }) => {
      if (sentence) app.toasts.failure(sentence)
    },
    life,
  )
}
