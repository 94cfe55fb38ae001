import type { Finding } from './explain.ts'

/** What a finding is said by: what is wrong, why, and what the button does; null: no setting mends it. */
export interface Words {
  head: string
  text: string
  button: string | null
}

const px = (value: number): string => `${value.toFixed(1)} px`
const two = (value: number): string => value.toFixed(2)

/**
 * A finding in words.
 * @param name of a ship, by its place in the truth
 * @param f2 of the image as it is, 0..1
 */
export function wordsOf(finding: Finding, name: (ship: number) => string, f2: number): Words {
  const { head, text, button } = said(finding, name)
  const { cure } = finding
  if (!cure) return { head, text, button: null }
  return { head, text: `${text} ${button.effect}: F2 ${two(f2)} → ${two(cure.f2)}.`, button: button.label }
}

interface Said {
  head: string
  text: string
  button: { label: string; effect: string }
}

function said(finding: Finding, name: (ship: number) => string): Said {
  const { cure } = finding
  const byHand = cure?.by === 'hand'
  const {
    alpha = 0,
    sigma = 0,
    foreground = 0,
    minArea = 0,
    minScore = 0,
  } = cure?.by === 'setting' ? cure.settings : {}
  switch (finding.kind) {
    case 'merged': {
      const [a, b] = finding.ships
      const needed = Number.isFinite(finding.needed) ? px(finding.needed) : 'any distance'
      return {
        head: `${name(a)} and ${name(b)} are merged.`,
        text:
          finding.apart < finding.needed
            ? `Their centres lie ${px(finding.apart)} apart, less than alpha × spread = ${needed}.`
            : `Their centres lie ${px(finding.apart)} apart, which is enough for alpha × spread = ${needed}; embeddings between them join them.`,
        button: byHand
          ? { label: 'Cut between them', effect: 'No alpha mends it; cut half way between their centres' }
          : {
              label: `Split with alpha ${alpha.toFixed(1)}`,
              effect: `With alpha ${alpha.toFixed(1)} they separate`,
            },
      }
    }
    case 'divided':
      return {
        head: `${name(finding.ship)} lies in ${finding.clusters} clusters.`,
        text: `Their centres lie ${px(finding.apart)} apart.`,
        button: byHand
          ? { label: 'Join them', effect: 'No alpha mends it; joined by hand' }
          : {
              label: `Join with alpha ${alpha.toFixed(1)}`,
              effect: `With alpha ${alpha.toFixed(1)} they join`,
            },
      }
    case 'smeared':
      return {
        head: `${name(finding.ship)} is smeared.`,
        text: `Its embeddings spread ${px(finding.spread)} around their mean; of a ship of its size up to ${px(finding.usual)} is usual.${cure ? '' : ' Training on it helps, settings do not.'}`,
        button: {
          label: `Smooth by ${px(sigma ?? 0)}`,
          effect: `Smoothed by ${px(sigma ?? 0)} they gather`,
        },
      }
    case 'faint':
      return {
        head: `${name(finding.ship)} is too faint.`,
        text: `Its mean foreground is ${two(finding.foreground)}, the threshold ${two(finding.threshold)}.`,
        button: { label: `Threshold ${two(foreground)}`, effect: `From ${two(foreground)} on it is found` },
      }
    case 'small':
      return {
        head: `${name(finding.ship)} is too small.`,
        text: `Its cluster has ${finding.pixels} px, the smallest instance ${finding.minArea} px.`,
        button: { label: `From ${minArea} px`, effect: `From ${minArea} px on it is found` },
      }
    case 'unsure':
      return {
        head: `${name(finding.ship)} is too unsure.`,
        text: `Its score is ${two(finding.score)}, the least ${two(finding.minScore)}.`,
        button: { label: `Score from ${two(minScore)}`, effect: `From ${two(minScore)} on it is kept` },
      }
  }
}
