import { toImage, toScreen } from '../../src-main/core/geometry/camera.ts'
import type { ImagePoint, ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import { Wand } from '../../src-main/core/wand/wand.ts'
import type { Canvas, CanvasImage, CanvasOptions, Layers, WheelUse } from './api.ts'
import { CameraControl } from './camera-control.ts'
import { DirectSight, ThreadSight } from './box-sight.ts'
import { Pixels } from './draw/pixels.ts'
import { Hand } from './hand.ts'
import type { InputHandlers } from './input.ts'
import { listen } from './input.ts'
import { Painter } from './painter.ts'
import { DEFAULT_LAYERS } from './api.ts'
import { ToneFilter } from './draw/tone-filter.ts'
import { Shown } from './shown.ts'
import { Stage } from './stage.ts'
import type { ByteTables, TriedRange } from './tone.ts'
import { evenTables, isPlainTone, PLAIN_TONE } from './tone.ts'
import type { Held } from './tools/tool.ts'
import { NOTHING_HELD, PLAIN } from './tools/tool.ts'
import { NO_CONTENT, Workbench } from './workbench.ts'
import { loadBoxNet } from '../worker/box-net.ts'
import { startBoxThread } from '../worker/start-box.ts'

/** A camera that has not moved for so long, in ms, is at rest. */
const AT_REST = 120

/** Joins camera, tools, hand and drawing into what the window sees. */
export class CanvasController {
  readonly #host: HTMLElement
  /** Konva's own element: it empties what it is given */
  readonly #frame = document.createElement('div')
  readonly #options: CanvasOptions
  readonly #shown = new Shown()
  readonly #camera = new CameraControl(() => this.#cameraMoved())
  readonly #bench: Workbench
  readonly #hand: Hand
  readonly #pixels: Pixels
  readonly #painter: Painter
  readonly #stage: Stage
  readonly #tone: ToneFilter
  readonly #ended = new AbortController()
  readonly #sight: ThreadSight
  #image: CanvasImage | null = null
  #pointer: ScreenPoint | null = null
  /** runs while the camera is under way */
  #rest: ReturnType<typeof setTimeout> | undefined
  #toolStale = true
  #pointerStale = false
  #hint = ''
  /** the image that was shown before this one, to compare with */
  #before: CanvasImage | null = null
  /** key of the image whose picture is on the screen, as it was told */
  #pictured: string | null = null
  #layers: Layers = DEFAULT_LAYERS
  #wheel: WheelUse = 'device'
  #toneWanted = PLAIN_TONE
  #tried: TriedRange | null = null
  /** address of the first of the tiles that are on the screen */
  #seen: string | null = null

  constructor(host: HTMLElement, options: CanvasOptions) {
    this.#host = host
    this.#options = options
    this.#frame.style.position = 'absolute'
    this.#frame.style.inset = '0'
    host.append(this.#frame)
    this.#tone = new ToneFilter(host)
    this.#bench = new Workbench(this.#shown, this.#camera, options, (what) => {
      if (what === 'all') this.#redrawAll()
      else this.#redrawTool()
    })
    this.#hand = new Hand(
      this.#camera,
      () => this.#painter.minimapPlace(),
      (right, up) => options.onToneDrag?.(right, up),
    )
    this.#pixels = new Pixels(
      () => this.#pixelsCame(),
      (url) => options.onTileError?.(url),
      (first) => this.#pictureDrawn(first),
    )
    this.#bench.picture = (area) => this.#pixels.read(area)
    const direct = new DirectSight()
    void loadBoxNet().then((net) => (direct.net = net))
    this.#sight = new ThreadSight(direct, startBoxThread, () => this.#redrawTool())
    this.#bench.sight = this.#sight
    this.#painter = new Painter(
      this.#shown,
      this.#pixels,
      this.#bench,
      () => ({
        camera: this.#camera.camera,
        view: this.#camera.view,
        visible: this.#camera.visible(),
        ratio: this.#stage.ratio,
        moving: this.#rest !== undefined,
      }),
      () => this.#stage.invalidate('vector'),
    )
    this.#stage = new Stage(
      this.#frame,
      this.#painter,
      () => this.#beforeFrame(),
      (view) => this.#camera.setView(view),
    )
    listen(host, this.#input(), () => this.#wheel, this.#ended.signal)
  }

  /** The object that the window holds. */
  api(): Canvas {
    const camera = this.#camera
    const painter = this.#painter
    const bench = this.#bench
    const busy = () => this.#hand.busy || bench.view().busy
    return {
      setImage: (image) => this.#setImage(image),
      setContent: (content) => {
        this.#shown.setContent(content)
        this.#redrawAll()
      },
      setSelection: (selection) => {
        bench.selection = selection
        this.#redrawAll()
      },
      setHover: (instance) => {
        bench.hover = instance
        this.#redrawTool()
      },
      setTool: (tool) => {
        bench.setTool(tool)
        if (this.#pointer) this.#sendMove(this.#pointer, [this.#pointer], NOTHING_HELD)
      },
      correctBy: (tool) => bench.correctBy(tool),
      setBrush: ({ diameter, tip }) => {
        bench.brush = { diameter: Math.min(200, Math.max(1, Math.round(diameter))), tip }
        this.#redrawTool()
      },
      setTarget: (target) => bench.setTarget(target),
      setPolicy: (policy) => {
        bench.policy = policy
        this.#redrawTool()
      },
      setReach: (reach) => {
        bench.reach = Math.min(1, Math.max(-1, reach))
        this.#redrawTool()
      },
      setRectangles: (rectangles) => {
        bench.rectangles = rectangles
        this.#redrawTool()
      },
      setInference: (inference) => {
        bench.inference = inference?.pixels ?? null
        bench.wand = inference && new Wand(inference.pixels, inference.settings)
        this.#redrawTool()
      },
      setWheel: (use) => {
        this.#wheel = use
      },
      setKeepCamera: (keep) => {
        camera.keeps = keep
      },
      setDisplay: (display) => {
        painter.display = { ...painter.display, ...display }
        this.#shown.setHidden(painter.display.hideAll)
        bench.alone = painter.display.rest === 'hidden'
        this.#redrawAll()
      },
      setMapShapes: (shapes) => {
        painter.map.set(shapes)
        this.#stage.invalidate('fills')
      },
      setLayers: (layers) => this.#setLayers(layers),
      setTone: (tone) => {
        this.#toneWanted = tone
        this.#showTone()
      },
      setTriedRange: (tried) => {
        this.#tried = tried
        // while others are on their way the picture stays as it is
        if (this.#seen === this.#image?.tiles[0]?.url) this.#showTone()
      },
      prepare: (tiles) => this.#pixels.prepare(tiles),
      evenOut: () => this.#evenOut(),
      setToneDrag: (held) => {
        this.#hand.tones = held
        this.#redrawTool()
      },
      setPen: (use) => {
        bench.pen = use
      },
      setGround: (metres) => {
        bench.ground = metres
        this.#redrawTool()
      },
      compare: (held) => this.#compare(held),
      setPan: (held) => this.#holdSpace(held),
      finish: (step) => this.#image !== null && bench.finish(step),
      adjust: (by) => this.#image !== null && bench.adjust(by),
      takeBack: () => bench.takeBack(),
      step: (direction) => bench.step(direction),
      camera: {
        get scale() {
          return camera.camera.scale
        },
        fit: () => camera.fit(),
        zoomBy: (factor) => camera.zoomBy(factor),
        zoomTo: (scale) => camera.zoomBy(scale / camera.camera.scale),
        panBy: (dx, dy) => camera.panBy(dx, dy),
        show: (box) => camera.show(box),
        showInstance: (instance) => bench.show(instance),
        revealInstance: (instance) => bench.reveal(instance),
      },
      get busy() {
        return busy()
      },
      destroy: () => this.#destroy(),
    }
  }

  #setImage(image: CanvasImage | null): void {
    const before = this.#image
    if (before && before.key !== image?.key) this.#before = before
    if (this.#before?.key === image?.key) this.#before = null
    this.#image = image
    this.#painter.comparing = false
    const same =
      before?.key === image?.key && before?.width === image?.width && before?.height === image?.height
    this.#pixels.setTiles(image?.tiles ?? [], same)
    this.#painter.minimap.forget()
    this.#stage.invalidate('picture')
    if (!same) {
      this.#painter.setImage(image)
      // those of another image
      this.#layers = { ...this.#layers, foreground: null, rays: null, field: null }
      this.#bench.clear()
      this.#shown.clear(image ?? NO_CONTENT)
      this.#camera.setImage(image?.key ?? '', image)
    }
    this.#redrawAll()
  }

  #setLayers(layers: Layers): void {
    const before = this.#layers
    this.#layers = layers
    this.#painter.rays = layers.rays
    this.#painter.field = layers.field
    if (layers.foreground !== before.foreground) {
      this.#painter.foreground.set(layers.foreground, this.#image ?? NO_CONTENT)
    }
    this.#shown.setSettings(layers)
    this.#redrawAll()
  }

  #input(): InputHandlers {
    return {
      down: (at, { button, ...held }) => {
        if (!this.#image) return false
        this.#pointer = at
        if (!this.#hand.down(at, button === 1)) {
          this.#bench.send({ type: 'down', at: this.#toImage(at), ...held })
        }
        this.#redrawTool()
        return true
      },
      move: (at, way, held) => {
        this.#pointer = at
        this.#pointerStale = true
        if (!this.#hand.move(at)) this.#sendMove(at, way, held)
        this.#redrawTool()
      },
      up: (at, held) => {
        if (!this.#hand.up() && this.#image) this.#bench.send({ type: 'up', at: this.#toImage(at), ...held })
        this.#redrawTool()
      },
      leave: () => {
        this.#pointer = null
        this.#pointerStale = true
        this.#hand.up()
        if (this.#image) this.#bench.send({ type: 'leave' })
      },
      double: (at) => {
        if (this.#image && !this.#hand.isOnMinimap(at)) {
          this.#bench.send({ type: 'double', at: this.#toImage(at) })
        }
      },
      zoom: (at, factor) => this.#camera.zoomBy(factor, at),
      pan: (dx, dy) => this.#camera.panBy(dx, dy),
      size: (at, notches) => {
        if (!this.#bench.turn(notches)) this.#camera.zoomBy(1.25 ** notches, at)
      },
      menu: (at, window) => {
        if (!this.#image) return
        if (at === null) return this.#menuOfSelected(window)
        const [hit] = this.#bench.hits(at)
        if (hit && !this.#bench.selection.some(({ id }) => id === hit.id)) this.#bench.select([hit])
        this.#options.onMenu?.(hit ?? null, window.x, window.y)
      },
    }
  }

  /** Beside what was selected last. */
  #menuOfSelected(window: { x: number; y: number }): void {
    const instance = this.#bench.selection.at(-1) ?? null
    const bounds = instance && this.#shown.find(instance.id)?.bounds
    if (!bounds) return this.#options.onMenu?.(null, window.x, window.y)
    const frame = this.#host.getBoundingClientRect()
    const at = toScreen(this.#camera.camera, imagePoint(bounds.x + bounds.width, bounds.y + bounds.height))
    const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))
    this.#options.onMenu?.(
      instance,
      within(frame.left + at.x, frame.left, frame.right),
      within(frame.top + at.y, frame.top, frame.bottom),
    )
  }

  #toImage(at: ScreenPoint): ImagePoint {
    return toImage(this.#camera.camera, at)
  }

  #sendMove(at: ScreenPoint, way: readonly ScreenPoint[], held: Held): void {
    if (!this.#image) return
    this.#bench.send({
      type: 'move',
      at: this.#toImage(at),
      way: way.map((point) => this.#toImage(point)),
      ...held,
    })
  }

  #holdSpace(held: boolean): void {
    this.#hand.space = held
    this.#redrawTool()
  }

  /** From what is drawn, in the tones of the data. */
  #evenOut(): ByteTables | null {
    const element = this.#stage.pictureElement()
    const pixels = element
      ?.getContext('2d')
      ?.getImageData(0, 0, Math.max(1, element.width), Math.max(1, element.height))
    return pixels ? evenTables(pixels.data) : null
  }

  #compare(held: boolean): string | null {
    const before = held ? this.#before : null
    this.#painter.comparing = before !== null
    this.#pixels.setTiles((before ?? this.#image)?.tiles ?? [])
    this.#painter.minimap.forget()
    this.#pointerStale = true
    this.#stage.invalidate('picture')
    this.#redrawAll()
    return before?.name ?? null
  }

  #cameraMoved(): void {
    this.#pointerStale = true
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => {
      this.#rest = undefined
      this.#stage.invalidate('vector')
    }, AT_REST)
    this.#stage.invalidate('picture')
    this.#redrawAll()
    this.#options.onCamera?.(this.#camera.camera.scale)
  }

  #pixelsCame(): void {
    this.#painter.minimap.forget()
    this.#pointerStale = true
    this.#stage.invalidate('picture')
    // a tool may wait for them
    this.#redrawTool()
  }

  /** @param first address of the first tile, where what was drawn are these pixels; null: they are on their way */
  #pictureDrawn(first: string | null): void {
    this.#tellPicture(first !== null)
    if (first === null || first === this.#seen) return
    this.#seen = first
    this.#showTone()
  }

  #showTone(): void {
    const tried = this.#tried?.pixels === this.#seen ? this.#tried.tables : null
    this.#stage.filtered = tried !== null || !isPlainTone(this.#toneWanted)
    const element = this.#stage.pictureElement()
    if (element) this.#tone.show(element, this.#toneWanted, tried)
  }

  #tellPicture(there: boolean): void {
    const key = there ? (this.#image?.key ?? null) : null
    if (key === this.#pictured) return
    this.#pictured = key
    this.#options.onPicture?.(key)
  }

  #redrawAll(): void {
    this.#toolStale = true
    this.#stage.invalidate('fills', 'vector', 'overlay')
  }

  #redrawTool(): void {
    this.#toolStale = true
    this.#stage.invalidate('overlay')
  }

  #beforeFrame(): void {
    if (this.#toolStale) this.#refreshTool()
    if (this.#pointerStale) this.#refreshPointer()
  }

  #refreshTool(): void {
    this.#toolStale = false
    const view = this.#image ? this.#bench.view() : PLAIN
    this.#painter.toolView = view
    this.#painter.pointer = this.#pointer
    const { fills, vector } = this.#shown.setLive(view.live)
    if (fills) this.#stage.invalidate('fills')
    if (vector) this.#stage.invalidate('vector')
    this.#host.style.cursor = this.#hand.cursor() ?? view.cursor ?? this.#bench.entry.cursor
    if (view.hint === this.#hint) return
    this.#hint = view.hint
    this.#options.onHint?.(view.hint)
  }

  #refreshPointer(): void {
    this.#pointerStale = false
    const at = this.#pointer && this.#image ? this.#toImage(this.#pointer) : null
    const [x, y] = at ? [Math.floor(at.x), Math.floor(at.y)] : [-1, -1]
    const seen = this.#painter.comparing ? this.#before : this.#image
    const { width, height } = seen ?? NO_CONTENT
    const inside = at !== null && x >= 0 && y >= 0 && x < width && y < height
    this.#options.onPointer?.(inside ? { x, y, rgb: this.#pixels.rgbAt(x, y) } : null)
    if (!this.#hand.busy && !this.#painter.toolView.busy) this.#bench.hoverAt(at && this.#pointer)
  }

  #destroy(): void {
    clearTimeout(this.#rest)
    this.#ended.abort()
    this.#sight.close()
    this.#stage.destroy()
    this.#pixels.close()
    this.#tone.close()
    this.#frame.remove()
    this.#host.style.cursor = ''
  }
}
