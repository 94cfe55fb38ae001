import { densityOf } from './density.ts'
import { rgba, writeDots, type Ground } from './dots.ts'
import { drawFront, drawGrid, type ScatterScene } from './scatter.ts'

/** Three canvases, one over the other. */
interface PlotCanvases {
  /** grid and density */
  back: HTMLCanvasElement
  dots: HTMLCanvasElement
  /** truth, modes, what a hand draws */
  front: HTMLCanvasElement
}

/** What each canvas shows: where none of it differs it stands as it is. */
const BACK = ['points', 'camera', 'width', 'height', 'ratio', 'density', 'theme'] as const
const DOTS = [
  'groups',
  'faint',
  'look',
  'camera',
  'width',
  'height',
  'ratio',
  'brushed',
  'picked',
  'theme',
] as const

/** CSS px */
const CELL = 6

/** Opacity of dots, 0..255: while one mode is brushed the others step back. */
const [PLAIN, BEHIND, DROPPED] = [200, 80, 64]

/** Draws the plot, of what is shown only what has changed. */
export class Plot {
  readonly #canvases: PlotCanvases
  #before: ScatterScene | null = null
  #image: ImageData | null = null

  constructor(canvases: PlotCanvases) {
    this.#canvases = canvases
  }

  draw(scene: ScatterScene): void {
    const before = this.#before
    this.#before = scene
    const differs = (keys: readonly (keyof ScatterScene)[]) =>
      !before || keys.some((key) => before[key] !== scene[key])
    if (differs(BACK)) {
      const context = fresh(this.#canvases.back, scene)
      if (context) {
        drawGrid(context, scene)
        if (scene.density) drawDensity(context, scene)
      }
    }
    if (differs(DOTS)) this.#drawDots(scene)
    const context = fresh(this.#canvases.front, scene)
    if (context) drawFront(context, scene)
  }

  #drawDots(scene: ScatterScene): void {
    const canvas = this.#canvases.dots
    const [width, height] = [deviceSize(scene.width, scene), deviceSize(scene.height, scene)]
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    const context = canvas.getContext('2d')
    if (!context || width === 0 || height === 0) return
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height)
    }
    const pixels = new Uint32Array(this.#image.data.buffer)
    pixels.fill(0)
    writeAll({ pixels, width, height }, scene)
    context.putImageData(this.#image, 0, 0)
  }
}

function writeAll(ground: Ground, scene: ScatterScene): void {
  const { points, groups, faint, look, brushed, picked, camera, ratio, theme } = scene
  const own = { scale: camera.scale * ratio, x: camera.x * ratio, y: camera.y * ratio }
  const side = Math.max(1, Math.round(Math.max(1.5, Math.min(4, camera.scale * 0.3)) * ratio))
  const write = (members: Uint32Array, size: number, colour: number) =>
    writeDots(ground, points, members, own, size, colour)
  write(faint, side, rgba(theme.dropped, brushed === null ? DROPPED : DROPPED / 2))
  groups.forEach((members, mode) => {
    if (mode === brushed) return
    const style = look(mode)
    const alpha = brushed === null ? PLAIN : BEHIND
    write(members, side, style ? rgba(style.rgb, alpha) : rgba(theme.dropped, alpha * 0.6))
  })
  const lit = brushed === null ? undefined : groups[brushed]
  if (lit && brushed !== null) {
    write(lit, side + Math.round(ratio), rgba(look(brushed)?.rgb ?? theme.dropped, 255))
  }
  if (picked) write(picked, side + Math.round(ratio), rgba(theme.lit, 255))
}

function drawDensity(context: CanvasRenderingContext2D, scene: ScatterScene): void {
  const { camera, width, height, theme } = scene
  const columns = Math.ceil(width / CELL)
  const rows = Math.ceil(height / CELL)
  const toCells = { scale: camera.scale / CELL, x: camera.x / CELL, y: camera.y / CELL }
  const { values } = densityOf(scene.points, toCells, { columns, rows })
  const image = new ImageData(columns, rows)
  const pixels = new Uint32Array(image.data.buffer)
  values.forEach((value, cell) => {
    if (value >= 0.005) pixels[cell] = rgba(theme.shade, Math.round(255 * (0.04 + 0.2 * Math.sqrt(value))))
  })
  const small = new OffscreenCanvas(columns, rows)
  small.getContext('2d')?.putImageData(image, 0, 0)
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(small, 0, 0, columns * CELL, rows * CELL)
}

function deviceSize(length: number, { ratio }: ScatterScene): number {
  return Math.round(length * ratio)
}

/** The canvas, emptied and as large as it is shown, in CSS pixels. */
function fresh(canvas: HTMLCanvasElement, scene: ScatterScene): CanvasRenderingContext2D | null {
  const [width, height] = [deviceSize(scene.width, scene), deviceSize(scene.height, scene)]
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  const context = canvas.getContext('2d')
  context?.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0)
  context?.clearRect(0, 0, scene.width, scene.height)
  return context
}
