/** Shorter runs of letters and digits are words and numbers. */
const HEXADECIMAL = 8

/**
 * A text for each path, so that paths in the order of these texts, byte by byte, stand as people count: numbers by their size, whatever zeros lead
 * them (a9, a010, a11); a folder before what only begins like it; case and accents of letters make no difference. A run of eight or more letters
 * and digits that is hexadecimal, with a digit in it, is one number with all its zeros: names that are hashes stand as in any other list.
 * It is stored with each image: where it changes, a migration makes it anew.
 * @param path relative, with '/'
 */
export function nameKey(path: string): string {
  return plain(path)
    .replaceAll('/', '\u0001')
    .replaceAll('_', '/')
    .replace(/[0-9a-z]+/g, (word) =>
      isHexadecimal(word)
        ? number(word)
        : word.replace(/[0-9]+/g, (digits) => number(digits.replace(/^0+/, ''))),
    )
}

/** In small letters, without accents. */
function plain(path: string): string {
  // most names have nothing to take off
  const unaccented = /^[ -~]*$/.test(path) ? path : path.normalize('NFKD').replace(/\p{M}/gu, '')
  return unaccented.toLowerCase()
}

function isHexadecimal(word: string): boolean {
  return word.length >= HEXADECIMAL && /^[0-9a-f]*$/.test(word) && /[0-9]/.test(word)
}

/** More digits are a greater number: how many there are stands first, as one character before all letters. */
function number(digits: string): string {
  return String.fromCharCode(Math.min(0x30 + digits.length, 0x60)) + digits
}
