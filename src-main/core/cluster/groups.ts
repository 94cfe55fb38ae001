/** A number from 0 for each pixel. */
export interface Groups {
  /** [n]; below 0: in no group */
  group: Int32Array
  count: number
}

/** Numbers up to this many times their count are looked up in a table. */
const TABLE = 8

/** The same groups, numbered from 0 by their first pixel. @param groups [n] whole numbers from 0 */
export function numberByFirst(groups: Int32Array | Float64Array): Groups {
  let most = 0
  for (let k = 0; k < groups.length; k++) if (groups[k]! > most) most = groups[k]!
  return most < TABLE * groups.length + 1024 ? byTable(groups, most) : byMap(groups)
}

function byTable(groups: Int32Array | Float64Array, most: number): Groups {
  const numbers = new Int32Array(most + 1).fill(-1)
  const group = new Int32Array(groups.length)
  let count = 0
  for (let k = 0; k < groups.length; k++) {
    const value = groups[k]!
    if (numbers[value] === -1) numbers[value] = count++
    group[k] = numbers[value]!
  }
  return { group, count }
}

function byMap(groups: Int32Array | Float64Array): Groups {
  const numbers = new Map<number, number>()
  const group = new Int32Array(groups.length)
  for (let k = 0; k < groups.length; k++) {
    const value = groups[k]!
    let number = numbers.get(value)
    if (number === undefined) numbers.set(value, (number = numbers.size))
    group[k] = number
  }
  return { group, count: numbers.size }
}

/** Pixels that are together in both of two groupings. @param a [n] @param b [n] from 0 @returns [n] from 0 */
export function crossing(a: Int32Array, b: Int32Array): Int32Array {
  let among = 1
  for (let k = 0; k < b.length; k++) if (b[k]! >= among) among = b[k]! + 1
  // pairs of groups may be more than an int32 counts
  const pairs = new Float64Array(a.length)
  for (let k = 0; k < a.length; k++) pairs[k] = a[k]! * among + b[k]!
  return numberByFirst(pairs).group
}

/** The pixels of each group, ascending; those of no group left out. @returns [count], parts of one memory */
export function membersOf({ group, count }: Groups): Uint32Array[] {
  const ends = new Uint32Array(count + 1)
  for (let k = 0; k < group.length; k++) if (group[k]! >= 0) ends[group[k]! + 1]!++
  for (let g = 0; g < count; g++) ends[g + 1]! += ends[g]!
  const all = new Uint32Array(ends[count]!)
  const members = Array.from({ length: count }, (_, g) => all.subarray(ends[g], ends[g + 1]))
  for (let k = 0; k < group.length; k++) if (group[k]! >= 0) all[ends[group[k]!]!++] = k
  return members
}
