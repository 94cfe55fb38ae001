import { Piscina } from 'piscina'
import { toWireError } from '../contract/errors.ts'
import { clearingAway } from './machinery/clear-away.ts'
import { stepBack } from './machinery/step-back.ts'
import type { TaskAnswer, TaskName, Tasks } from './machinery/workers.ts'

const machinery = async () => (await import('./machinery/tasks.ts')).machineryTasks
const images = async () => (await import('./images/tasks.ts')).imageTasks
const score = async () => (await import('./score/tasks.ts')).scoreTasks
const review = async () => (await import('./review/tasks.ts')).reviewTasks
const predict = async () => (await import('./predict/tasks.ts')).predictTasks
const train = async () => (await import('./train/tasks.ts')).trainTasks

/**
 * All tasks of the worker threads, each with the room that declares it. A room is loaded at its first task: a thread takes no memory for
 * what it never does. A task that is left out here does not compile.
 */
const rooms: { [N in TaskName]: () => Promise<Pick<Tasks, N>> } = {
  trimFolder: machinery,
  listImages: images,
  holdsImage: images,
  readContents: images,
  readFirst: images,
  decode: images,
  thumbnail: images,
  crop: images,
  surveyBands: images,
  chooseMapping: images,
  readSamples: images,
  tile: images,
  looksOf: images,
  cropsAgree: images,
  scoreImages: score,
  reviewPicture: review,
  hasInference: predict,
  keepInference: predict,
  findInstances: predict,
  sweepImage: predict,
  chooseSettings: predict,
  chooseOutOfFold: train,
  scoreInference: train,
  filmFrame: train,
}

stepBack()
const clearAway = clearingAway()

/** What the pool calls. Failures travel as values, since an error's class does not cross threads. */
export default async function answer(message: { task: TaskName; input: never }): Promise<TaskAnswer> {
  try {
    const tasks: Partial<Tasks> = await rooms[message.task]()
    const task = tasks[message.task] as (input: never) => unknown
    return handedOver({ value: await task(message.input) })
  } catch (error) {
    return { error: toWireError(error) }
  } finally {
    // once the answer is on its way
    setImmediate(() => void clearAway())
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
