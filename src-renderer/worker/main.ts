import { Desk } from './desk.ts'
import type { Ask } from './messages.ts'

const desk = new Desk()

addEventListener('message', ({ data }: MessageEvent<Ask>) => {
  const answer = desk.ask(data)
  if (answer) postMessage(answer)
})
