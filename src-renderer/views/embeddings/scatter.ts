import { covarianceOf, type Covariance, type Moments } from '../../../src-main/core/cluster/moments.ts'
import { fitInto, type Camera, type Extent } from '../../../src-main/core/geometry/camera.ts'
import type { Mode, Points } from '../../state/embedding.svelte.ts'
import { ticks } from '../../ui/plot/ticks.ts'
import { Tags } from './tags.ts'

type Rgb = readonly [number, number, number]

/** What a person is drawing in the plot, in CSS pixels: a lasso, a cut, or a line from one mode to another. */
export type HandDrawing =
  | { kind: 'lasso'; way: readonly { x: number; y: number }[] }
  | { kind: 'cut' | 'join'; from: { x: number; y: number }; to: { x: number; y: number } }

export interface ScatterScene {
  points: Points
  /** [modes] the points of each; and those of none */
  groups: readonly Uint32Array[]
  faint: Uint32Array
  modes: readonly Mode[]
  camera: Camera
  /** CSS pixels, and device pixels for one of them */
  width: number
  height: number
  ratio: number
  /** colour and tag of a mode; null where it was dropped */
  look: (mode: number) => { rgb: Rgb; tag: string } | null
  brushed: number | null
  /** how many points lie where, beneath them */
  density: boolean
  /** ships of the truth: where their pixels lie, and what they are called */
  ships: readonly { points: Moments; tag: string }[]
  /** pairs of ships that are merged, and what is said between them */
  merged: readonly { ships: readonly [number, number]; text: string }[]
  /** indices of the points that a lasso holds */
  picked: Uint32Array | null
  /** the point of the pixel under the pointer in the image */
  pointed: number | null
  hand: HandDrawing | null
  theme: Theme
}

/** Colours of the theme, CSS; those of dots as numbers too. */
export interface Theme {
  line: string
  tick: string
  ink: string
  accent: string
  control: string
  plate: string
  dropped: Rgb
  lit: Rgb
  shade: Rgb
}

const MARGIN = 24
/** What lies over the dots at the edges, CSS px: axes and their names, the tools at the top, and at each side a tag. */
const TAKEN = { top: 62, right: 36, bottom: 54, left: 52 }

/** The camera that shows points beside what lies over them; those far off all others may stay outside. */
export function fitPoints(xs: ArrayLike<number>, ys: ArrayLike<number>, view: Extent): Camera {
  const [left, right] = withoutOutliers(xs)
  const [top, bottom] = withoutOutliers(ys)
  const area = {
    ...{ x: TAKEN.left, y: TAKEN.top },
    width: view.width - TAKEN.left - TAKEN.right,
    height: view.height - TAKEN.top - TAKEN.bottom,
  }
  return fitInto({ x: left, y: top, width: right - left, height: bottom - top }, area, Infinity)
}

/** The range of the values, at each end without the outermost hundredth if that reaches half as far again. */
function withoutOutliers(values: ArrayLike<number>): [number, number] {
  if (values.length === 0) return [0, 1]
  const sorted = Float64Array.from(values).sort()
  const cut = Math.floor(sorted.length / 100)
  const [low, high] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
  const [least, most] = [sorted[0]!, sorted[sorted.length - 1]!]
  const far = (high - low) / 2
  return [least < low - far ? low : least, most > high + far ? high : most]
}

/** What lies over the dots: truth by outline, modes with their tags, what is pointed at, and what a hand draws. */
export function drawFront(context: CanvasRenderingContext2D, scene: ScatterScene): void {
  const tags = new Tags(context, scene.theme)
  for (const ship of scene.ships) drawShip(context, scene, ship, tags)
  scene.modes.forEach((mode, i) => drawMode(context, scene, i, mode, tags))
  for (const pair of scene.merged) drawMerged(context, scene, pair, tags)
  drawPointed(context, scene)
  if (scene.hand) drawHand(context, scene, scene.hand)
}

/** Grid and axes, in units of the plane. */
export function drawGrid(
  context: CanvasRenderingContext2D,
  { camera, width, height, theme }: ScatterScene,
): void {
  const lines = (length: number, offset: number) =>
    ticks(-offset / camera.scale, (length - offset) / camera.scale, length / 110)
  context.strokeStyle = theme.line
  context.fillStyle = theme.tick
  context.font = '11px "Inter Variable", sans-serif'
  context.lineWidth = 1
  context.beginPath()
  for (const value of lines(width, camera.x)) {
    const at = Math.round(value * camera.scale + camera.x) + 0.5
    context.moveTo(at, 0)
    context.lineTo(at, height - MARGIN)
    context.textAlign = 'center'
    if (at > 40 && at < width - 16) context.fillText(String(value), at, height - 8)
  }
  for (const value of lines(height, camera.y)) {
    const at = Math.round(value * camera.scale + camera.y) + 0.5
    if (at > height - MARGIN) continue
    context.moveTo(36, at)
    context.lineTo(width, at)
    context.textAlign = 'right'
    if (at > 8) context.fillText(String(value), 30, at + 4)
  }
  context.stroke()
}

/** Two standard deviations of a ship's points around their mean, and its tag. */
function drawShip(
  context: CanvasRenderingContext2D,
  { camera, theme }: ScatterScene,
  { points, tag }: ScatterScene['ships'][number],
  tags: Tags,
): void {
  const { n, x, y } = points
  if (n === 0) return
  const [px, py] = [(x / n) * camera.scale + camera.x, (y / n) * camera.scale + camera.y]
  context.strokeStyle = theme.ink
  context.lineWidth = 1
  context.setLineDash([5, 3])
  const { right } = strokeSpread(context, px, py, covarianceOf(points), camera.scale, 6)
  context.setLineDash([])
  tags.draw(tag, right.x + 12, right.y, 1)
}

/** Strokes two standard deviations around a place. @returns its outermost points to the right and at the top, CSS px */
function strokeSpread(
  context: CanvasRenderingContext2D,
  px: number,
  py: number,
  { xx, xy, yy }: Covariance,
  scale: number,
  least: number,
): Record<'right' | 'top', { x: number; y: number }> {
  const [half, away] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)]
  const reach = (variance: number) => Math.max(least, 2 * Math.sqrt(Math.max(0, variance)) * scale)
  context.beginPath()
  const angle = Math.atan2(2 * xy, xx - yy) / 2
  context.ellipse(px, py, reach(half + away), reach(half - away), angle, 0, 2 * Math.PI)
  context.stroke()
  // a slanted ellipse reaches furthest beside its axes
  const lean = (variance: number) => (variance > 0 ? (2 * xy * scale) / Math.sqrt(variance) : 0)
  return {
    right: { x: px + reach(xx), y: py + lean(xx) },
    top: { x: px - lean(yy), y: py - reach(yy) },
  }
}

function drawMode(
  context: CanvasRenderingContext2D,
  scene: ScatterScene,
  i: number,
  mode: Mode,
  tags: Tags,
): void {
  const { camera, look, brushed, theme } = scene
  const style = mode.pixels > 0 ? look(i) : null
  if (!style) return
  const [x, y] = [mode.x * camera.scale + camera.x, mode.y * camera.scale + camera.y]
  context.lineWidth = i === brushed ? 2 : 1
  context.strokeStyle = i === brushed ? theme.accent : theme.control
  const { top } = strokeSpread(context, x, y, mode.covariance, camera.scale, 10)
  const arm = y - top.y > 16 ? 5 : 3
  for (const [colour, thickness] of [
    [theme.plate, 3],
    [theme.ink, 1.5],
  ] as const) {
    context.strokeStyle = colour
    context.lineWidth = thickness
    context.beginPath()
    context.moveTo(x - arm, y)
    context.lineTo(x + arm, y)
    context.moveTo(x, y - arm)
    context.lineTo(x, y + arm)
    context.stroke()
  }
  tags.draw(style.tag, top.x, top.y - 10, -1)
}

/** A line between the middles of two ships in one cluster, and how far apart they lie. */
function drawMerged(
  context: CanvasRenderingContext2D,
  { ships, camera, theme }: ScatterScene,
  { ships: [a, b], text }: ScatterScene['merged'][number],
  tags: Tags,
): void {
  const places = [ships[a], ships[b]].flatMap((ship) =>
    ship && ship.points.n > 0
      ? [
          {
            x: (ship.points.x / ship.points.n) * camera.scale + camera.x,
            y: (ship.points.y / ship.points.n) * camera.scale + camera.y,
          },
        ]
      : [],
  )
  const [from, to] = places
  if (!from || !to) return
  context.strokeStyle = theme.ink
  context.lineWidth = 1.5
  context.beginPath()
  context.moveTo(from.x, from.y)
  context.lineTo(to.x, to.y)
  context.stroke()
  tags.draw(text, (from.x + to.x) / 2, Math.max(from.y, to.y) + 24, 1)
}

/** A ring round the point of the pixel under the pointer. */
function drawPointed(
  context: CanvasRenderingContext2D,
  { points, pointed, camera, theme }: ScatterScene,
): void {
  if (pointed === null) return
  const [x, y] = [points.x[pointed]! * camera.scale + camera.x, points.y[pointed]! * camera.scale + camera.y]
  for (const [colour, thickness] of [
    [theme.plate, 4],
    [theme.accent, 2],
  ] as const) {
    context.strokeStyle = colour
    context.lineWidth = thickness
    context.beginPath()
    context.arc(x, y, 6, 0, 2 * Math.PI)
    context.stroke()
  }
}

function drawHand(context: CanvasRenderingContext2D, { theme }: ScatterScene, hand: HandDrawing): void {
  context.strokeStyle = theme.accent
  context.lineWidth = 1.5
  context.beginPath()
  if (hand.kind === 'lasso') {
    hand.way.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  } else {
    if (hand.kind === 'cut') context.setLineDash([6, 4])
    context.moveTo(hand.from.x, hand.from.y)
    context.lineTo(hand.to.x, hand.to.y)
  }
  context.stroke()
  context.setLineDash([])
}
