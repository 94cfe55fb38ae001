/** What file systems hold in one name: bytes of UTF-8 on most, letters on some, of which none has fewer bytes. */
const LONGEST = 255

/**
 * A name of a file or folder that every disk takes: what is too long is cut off before the ending.
 * @param ending is kept whole
 */
export function fittingName(stem: string, ending: string): string {
  const encoder = new TextEncoder()
  const room = LONGEST - encoder.encode(ending).length
  let bytes = 0
  let kept = ''
  for (const letter of stem) {
    bytes += encoder.encode(letter).length
    if (bytes > room) break
    kept += letter
  }
  return kept + ending
}
