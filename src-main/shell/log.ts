import { appendFileSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'

const LARGEST = 5 * 1024 * 1024

function startAnew(file: string): void {
  try {
    if (statSync(file).size > LARGEST) renameSync(file, `${file}.1`)
  } catch {
    return // there is none yet
  }
}

/**
 * The shell's log and those of its children, in one folder. A file over 5 MB is moved aside when it is next opened.
 * @param folder made when it is not there; where it cannot be written, the standard error takes the lines
 */
export class Log {
  readonly folder: string
  readonly #file: string

  constructor(folder: string) {
    this.folder = folder
    this.#file = join(folder, 'shell.log')
    try {
      mkdirSync(folder, { recursive: true })
      startAnew(this.#file)
    } catch (error) {
      console.error(`Logs cannot be written to ${folder}: ${String(error)}`)
    }
  }

  write(line: string): void {
    const text = `${new Date().toISOString()} ${line}\n`
    try {
      appendFileSync(this.#file, text)
    } catch {
      process.stderr.write(text)
    }
  }

  /** Opens a child's log; the caller closes the descriptor. Nowhere, where it cannot be written. */
  openFor(child: string): number {
    const file = join(this.folder, `${child}.log`)
    try {
      startAnew(file)
      return openSync(file, 'a')
    } catch {
      return openSync(devNull, 'a')
    }
  }
}
