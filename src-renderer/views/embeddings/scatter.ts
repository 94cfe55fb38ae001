import type { Cluster } from '../../../src-main/core/cluster/cluster.ts'
import { covarianceOf, type Moments } from '../../../src-main/core/cluster/moments.ts'
import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { Camera } from '../../../src-main/core/geometry/camera.ts'
import type { Points } from '../../state/points.ts'
import { ticks } from '../../ui/ticks.ts'

export interface ScatterScene {
  points: Points
  /** the points to draw, by cluster */
  groups: ReadonlyMap<number, Uint32Array>
  clusters: readonly Cluster[]
  camera: Camera
  width: number
  height: number
  /** CSS colour and tag of a cluster; null where it was dropped */
  look: (cluster: number) => { colour: string; tag: string } | null
  brushed: number | null
  /** how many points lie where, beneath them */
  density: boolean
  /** ships of the truth: where their embeddings lie, and what they are called */
  ships: readonly { embeddings: Moments; tag: string }[]
  /** in screen pixels; drawn while it is being drawn */
  lasso: readonly { x: number; y: number }[]
  /** indices of the points that a lasso holds */
  picked: Uint32Array | null
  /** a mode that is being dragged onto another, in screen pixels */
  joining: { from: number; x: number; y: number } | null
  /** CSS colours of the theme */
  theme: { line: string; tick: string; ink: string; accent: string; dropped: string; plate: string }
}

const MARGIN = 24
const TAG_FONT = '600 11px "Inter Variable", sans-serif'

/** Holds all points but the outermost hundredth on each side. */
export function bulkOf(xs: ArrayLike<number>, ys: ArrayLike<number>): Box {
  const [left, right] = withoutOutliers(xs)
  const [top, bottom] = withoutOutliers(ys)
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** The range between the first and the last hundredth of the values. */
function withoutOutliers(values: ArrayLike<number>): [number, number] {
  if (values.length === 0) return [0, 1]
  const sorted = Float64Array.from(values).sort()
  const cut = Math.floor(sorted.length / 100)
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
}

/** Draws the plot: grid and axes in px, points by cluster, a cross at each centre, and the brushed cluster above all. */
export function drawScatter(context: CanvasRenderingContext2D, scene: ScatterScene): void {
  context.clearRect(0, 0, scene.width, scene.height)
  drawGrid(context, scene)
  if (scene.density) drawDensity(context, scene)
  drawPoints(context, scene)
  for (const ship of scene.ships) drawShip(context, scene, ship)
  scene.clusters.forEach((cluster, i) => drawCentre(context, scene, i, cluster))
  drawPicked(context, scene)
  drawHand(context, scene)
}

/** Side of a cell of the density, CSS px, and how far a point reaches, in cells. */
const [CELL, BLUR] = [6, 2]

/** Cells by how many points lie in and around them, as layers of one faint colour. */
function drawDensity(
  context: CanvasRenderingContext2D,
  { points, camera, width, height, theme }: ScatterScene,
): void {
  const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)]
  const cells = new Float32Array(columns * rows)
  let most = 0
  for (let i = 0; i < points.x.length; i++) {
    if ((points.cluster[i] ?? -1) < 0) continue
    const column = Math.floor((points.x[i]! * camera.scale + camera.x) / CELL)
    const row = Math.floor((points.y[i]! * camera.scale + camera.y) / CELL)
    for (let r = Math.max(0, row - BLUR); r <= Math.min(rows - 1, row + BLUR); r++) {
      for (let c = Math.max(0, column - BLUR); c <= Math.min(columns - 1, column + BLUR); c++) {
        const value = (cells[r * columns + c]! += 1 / (1 + (r - row) ** 2 + (c - column) ** 2))
        if (value > most) most = value
      }
    }
  }
  context.fillStyle = theme.ink
  cells.forEach((value, at) => {
    if (value < most / 200) return
    context.globalAlpha = 0.05 + 0.2 * Math.sqrt(value / most)
    context.fillRect((at % columns) * CELL, Math.floor(at / columns) * CELL, CELL, CELL)
  })
  context.globalAlpha = 1
}

/** Two standard deviations of a ship's embeddings around their mean. */
function drawShip(
  context: CanvasRenderingContext2D,
  { camera, theme }: ScatterScene,
  { embeddings, tag }: ScatterScene['ships'][number],
): void {
  const { n, x, y } = embeddings
  if (n === 0) return
  const { xx, xy, yy } = covarianceOf(embeddings)
  const [half, away] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)]
  const reach = (variance: number) => Math.max(6, 2 * Math.sqrt(Math.max(0, variance)) * camera.scale)
  const [px, py] = [(x / n) * camera.scale + camera.x, (y / n) * camera.scale + camera.y]
  const long = reach(half + away)
  context.strokeStyle = theme.ink
  context.lineWidth = 1
  context.setLineDash([5, 3])
  context.beginPath()
  context.ellipse(px, py, long, reach(half - away), Math.atan2(2 * xy, xx - yy) / 2, 0, 2 * Math.PI)
  context.stroke()
  context.setLineDash([])
  drawTag(context, tag, px + long + 12, py, theme)
}

function drawPicked(
  context: CanvasRenderingContext2D,
  { points, camera, picked, theme }: ScatterScene,
): void {
  context.fillStyle = theme.accent
  for (const i of picked ?? []) {
    context.fillRect(
      points.x[i]! * camera.scale + camera.x - 1.5,
      points.y[i]! * camera.scale + camera.y - 1.5,
      3,
      3,
    )
  }
}

/** What a person is drawing: a lasso, or a line from one mode to another. */
function drawHand(
  context: CanvasRenderingContext2D,
  { lasso, joining, clusters, camera, theme }: ScatterScene,
): void {
  context.strokeStyle = theme.accent
  context.lineWidth = 1.5
  context.beginPath()
  lasso.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  const from = joining && clusters[joining.from]?.centre
  if (joining && from) {
    context.moveTo(from[0] * camera.scale + camera.x, from[1] * camera.scale + camera.y)
    context.lineTo(joining.x, joining.y)
  }
  context.stroke()
}

function drawGrid(context: CanvasRenderingContext2D, { camera, width, height, theme }: ScatterScene): void {
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

function drawPoints(context: CanvasRenderingContext2D, scene: ScatterScene): void {
  const { groups, camera, brushed } = scene
  const size = Math.max(2, Math.min(4, camera.scale * 0.3))
  for (const [cluster, members] of groups) {
    if (cluster !== brushed) drawMembers(context, scene, members, size, brushed === null ? 0.75 : 0.3)
  }
  const members = brushed === null ? undefined : groups.get(brushed)
  if (members) drawMembers(context, scene, members, size + 1, 1)
}

function drawMembers(
  context: CanvasRenderingContext2D,
  { points, camera, width, height, look, theme }: ScatterScene,
  members: Uint32Array,
  size: number,
  alpha: number,
): void {
  const style = look(points.cluster[members[0] ?? 0] ?? -1)
  context.fillStyle = style?.colour ?? theme.dropped
  context.globalAlpha = style ? alpha : alpha * 0.4
  for (const i of members) {
    const [x, y] = [points.x[i]! * camera.scale + camera.x, points.y[i]! * camera.scale + camera.y]
    if (x < 0 || y < 0 || x > width || y > height) continue
    context.fillRect(x - size / 2, y - size / 2, size, size)
  }
  context.globalAlpha = 1
}

function drawCentre(
  context: CanvasRenderingContext2D,
  { camera, look, brushed, theme }: ScatterScene,
  cluster: number,
  { centre, spread }: Cluster,
): void {
  const style = look(cluster)
  if (!style) return
  const [x, y] = [centre[0] * camera.scale + camera.x, centre[1] * camera.scale + camera.y]
  const radius = Math.max(10, 2 * spread * camera.scale)
  context.lineWidth = cluster === brushed ? 2 : 1
  context.strokeStyle = cluster === brushed ? theme.accent : theme.dropped
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.stroke()
  const arm = radius > 16 ? 5 : 3
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
  drawTag(context, style.tag, x, y - radius - 10, theme)
}

function drawTag(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  theme: ScatterScene['theme'],
): void {
  context.font = TAG_FONT
  context.textAlign = 'center'
  const width = context.measureText(text).width + 8
  context.fillStyle = theme.plate
  context.beginPath()
  context.roundRect(x - width / 2, y - 8, width, 16, 3)
  context.fill()
  context.fillStyle = theme.ink
  context.fillText(text, x, y + 4)
}
