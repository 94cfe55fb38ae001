import type { Client } from '../client/index.ts'
import type { MenuCommand } from '../../src-main/contract/shell.ts'
import type { Background } from './background.svelte.ts'
import { follow } from './follow.ts'
import type { Toasts } from './toasts.svelte.ts'

interface Opening {
  client: { shell: { window: Pick<Client['shell']['window'], 'startup'> } }
  toasts: Pick<Toasts, 'guard'>
  openGranted(grant: string): Promise<void>
  openSample(): Promise<void>
  openRecent(key: string): Promise<void>
}

/** Opens what the application was started to open, the sample (`--open-sample`) or a folder (`--open`); in a page that was loaded anew, what was open. */
export async function openWish(app: Opening): Promise<void> {
  await app.toasts.guard(async () => {
    const wish = await app.client.shell.window.startup({})
    if (wish.open) await app.openGranted(wish.open.grant)
    else if (wish.openSample) await app.openSample()
    else if (wish.again !== null) await app.openRecent(wish.again)
  })
}

/** Follows the shell for as long as the window stands: its menu, and how the background process is doing. */
export function followShell(
  { client, background }: { client: Client; background: Background },
  obey: (command: MenuCommand) => void,
): void {
  const { window } = client.shell
  const life = new AbortController().signal
  void follow(
    (signal) => window.commands({}, { signal }),
    (event) => obey(event.command),
    life,
  )
  void follow(
    (signal) => window.backendHealth({}, { signal }),
    (health) => background.hear(health),
    life,
  )
}
