import { expect, test } from 'vitest'
import { Exchange } from './exchange.svelte.ts'
import { settle } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import { Toasts } from './toasts.svelte.ts'

/** An import whose files are answered in any order. */
function slowly() {
  const answers: (() => void)[] = []
  const grants = ['first', 'second'].values()
  const chooseLabels = async () => ({ grant: grants.next().value ?? '', label: '' })
  const { shell, inProject } = fakeClient({
    shell: { dialogs: { chooseLabels } },
    backend: {
      exchange: {
        previewImport: ({ grant }: { grant: string }) =>
          new Promise((resolve) => {
            answers.push(() => resolve({ token: grant, file: `${grant}.csv`, categories: [] }))
          }),
      },
    },
  })
  const client = inProject('p', new AbortController().signal)
  return { exchange: new Exchange(client, shell.dialogs, new Toasts()), answers }
}

test('of two files that are named one after the other the sheet is that of the later one', async () => {
  const { exchange, answers } = slowly()
  void exchange.choose()
  await settle()
  void exchange.choose()
  await settle()
  answers[1]?.()
  await settle()
  expect([exchange.preview?.token, exchange.reading]).toEqual(['second', false])
  answers[0]?.()
  await settle()
  expect(exchange.preview?.token).toBe('second')
})

test('a sheet that was closed while its file was read does not come back', async () => {
  const { exchange, answers } = slowly()
  void exchange.choose()
  await settle()
  expect(exchange.open).toBe(true)
  exchange.close()
  expect(exchange.open).toBe(false)
  answers[0]?.()
  await settle()
  expect(exchange.open).toBe(false)
})
