import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

interface Running {
  pid: number
  parent: number
  command: string
}

/** From /proc, since a bare Debian has no `ps`. */
function fromProc(): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent, command }]
      } catch {
        return [] // it has ended meanwhile
      }
    })
}

function fromPs(): Running[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).stdout.split('\n')
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}

function running(): Running[] {
  return process.platform === 'linux' ? fromProc() : fromPs()
}

/** Whether a process runs; one that has ended and that nobody asks about does not. */
export function isRunning(id: number): boolean {
  return running().some(({ pid, command }) => pid === id && command !== '')
}

/** Id of the nearest process above this one whose command line has `part` in it; null: none, or the system does not say. */
export function ancestor(part: string): number | null {
  if (process.platform === 'win32') return null
  const all = new Map(running().map((one) => [one.pid, one]))
  let above = all.get(process.ppid)
  while (above && !above.command.includes(part)) above = all.get(above.parent)
  return above?.pid ?? null
}

/** Ids of the processes below `ancestor` whose command line has `part` in it. */
export function descendants(ancestor: number, part: string): number[] {
  const all = running()
  const family = new Set([ancestor])
  for (let grown = true; grown;) {
    grown = false
    for (const { pid, parent } of all) {
      if (!family.has(parent) || family.has(pid)) continue
      family.add(pid)
      grown = true
    }
  }
  return all
    .filter(({ pid, command }) => pid !== ancestor && family.has(pid) && command.includes(part))
    .map((p) => p.pid)
}

/**
 * What the processes below `ancestor`, and it itself, are at: state, processor time and kind of each, a line each.
 * @returns '' where there is no /proc
 */
export function statesOf(ancestor: number): string {
  if (process.platform !== 'linux') return ''
  return [ancestor, ...descendants(ancestor, '')].map((pid) => `${pid} ${stateOf(pid)}`).join('\n')
}

function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const waits = readFileSync(`/proc/${pid}/wchan`, 'utf8')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const kind = /--type=[\w-]+|[\w-]+\.js\b/.exec(command)?.[0] ?? command
    return `${state} ${waits} ${numbers[10]} + ${numbers[11]} ticks ${kind}`
  } catch {
    return 'has ended'
  }
}
