import { Piscina } from 'piscina'
import { toWireError } from '../contract/errors.ts'
import { imageTasks } from './images/tasks.ts'
import { machineryTasks } from './machinery/tasks.ts'
import type { TaskAnswer, TaskName, Tasks } from './machinery/workers.ts'
import { predictTasks } from './predict/tasks.ts'
import { scoreTasks } from './score/tasks.ts'

/** All tasks of the worker threads: each room declares its own. A room that is left out here does not compile. */
const tasks: Tasks = { ...machineryTasks, ...imageTasks, ...scoreTasks, ...predictTasks }

/** What the pool calls. Failures travel as values, since an error's class does not cross threads. */
export default async function answer(message: { task: TaskName; input: never }): Promise<TaskAnswer> {
  try {
    const task: (input: never) => unknown = tasks[message.task]
    return handedOver({ value: await task(message.input) })
  } catch (error) {
    return { error: toWireError(error) }
  }
}

/** The pixels of an image change hands without the receiving thread copying them. */
function handedOver(answer: { value: unknown }): TaskAnswer {
  const { value } = answer
  if (typeof value !== 'object' || value === null || !('data' in value)) return answer
  if (!(value.data instanceof Uint8Array)) return answer
  // memory that a decoder owns cannot be handed over, so it is copied here, off the main thread
  const data = new Uint8Array(value.data)
  const moved: unknown = Piscina.move({
    // what Piscina calls Transferable: it sends the value and hands over the buffer
    [Piscina.transferableSymbol]: data.buffer,
    [Piscina.valueSymbol]: { value: { ...value, data } },
  } as unknown as ArrayBuffer)
  return moved as TaskAnswer
}
