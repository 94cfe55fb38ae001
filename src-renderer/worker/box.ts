import { boxBetween } from '../../src-main/core/smart-box/turned-box.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import { EMPTY_RLE } from '../../src-main/core/mask/rle.ts'
import type { BoxNet } from '../../src-main/core/smart-box/net.ts'
import { smartBoxArea } from '../../src-main/core/smart-box/smart-box.ts'
import type { BoxAsk } from './box-desk.ts'
import { lookInto } from './box-desk.ts'
import { loadBoxNet } from './box-net.ts'

/** The thread that looks into smart boxes: it answers each question by what it sees. */

/** So often the same is looked at before anybody asks: code that has run is compiled by then. */
const WARMS = 3
const SIDE = 64

/** A question is there: it waits for nothing else. */
const asked = new AbortController()

async function warmed(net: BoxNet | null): Promise<BoxNet | null> {
  const size = { width: SIDE, height: SIDE }
  const box = boxBetween(imagePoint(SIDE / 4, SIDE / 4), imagePoint((3 * SIDE) / 4, SIDE / 2))
  const area = smartBoxArea(box, size) ?? { x: 0, y: 0, ...size }
  const pixels = Uint8Array.from({ length: area.width * area.height * 4 }, (_, i) => (i * 37) % 251)
  const nothing = { taken: EMPTY_RLE, ship: EMPTY_RLE, water: EMPTY_RLE, belief: null }
  const picture = { area, pixels, step: 4 as const }
  for (let i = 0; i < 2 * WARMS && !asked.signal.aborted; i++) {
    lookInto({ ...nothing, box, along: false, size, picture, rectangle: i % 2 === 1 }, net)
    // what was asked meanwhile is heard
    await new Promise((resolve) => setTimeout(resolve))
  }
  return net
}

const ready = loadBoxNet().then(warmed)

addEventListener('message', ({ data }: MessageEvent<BoxAsk>) => {
  asked.abort()
  // the page hears of an error, and looks itself
  ready.then((net) => postMessage(lookInto(data, net))).catch(reportError)
})
