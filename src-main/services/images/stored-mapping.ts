import { createHash } from 'node:crypto'
import type { ImageFacts, Mapping } from '../../contract/wire.ts'
import { isPlain } from '../../core/mapping/apply.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import type { ImageContent } from './tasks.ts'

/**
 * The name of a mapping in URLs and keys: short, and another for other pixels. Empty where bytes stay what they are, so that
 * what was inferred from pictures of 8 bits before there were mappings still holds.
 */
export function mappingId(mapping: Mapping, { bands: all }: Pick<ImageFacts, 'bands'>): string {
  const { bands, low, high, nodata } = mapping
  const inOrder = bands.every((band, i) => band === i + 1)
  if (isPlain(mapping) && inOrder && bands.length === all.length) return ''
  const text = JSON.stringify([bands, low, high, nodata])
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/**
 * Keeps what a look at a file found of its samples, inside a transaction. The mapping stays the one that it has, as long as
 * the file is the same; after that a person's choice stays where the bands still agree.
 */
export function notePixels(
  project: Project,
  image: StoredImage,
  { sha256, facts, mapping }: Pick<ImageContent, 'sha256' | 'facts' | 'mapping'>,
): void {
  const { pixels } = project.store
  const before = pixels.get(image.id)
  const stays =
    image.sha256 === sha256 || (before?.mapping?.byHand === true && before.facts?.kind === facts.kind)
  pixels.setFacts(image.id, facts)
  const kept = before?.mapping && stays ? before.mapping : mapping
  pixels.setMapping(image.id, kept, mappingId(kept, facts))
}

/** Said in the list of a file of several pages; null: it has one. */
export function pagesNote({ pages }: ImageFacts): string | null {
  return pages > 1 ? `1 of ${pages} pages` : null
}
