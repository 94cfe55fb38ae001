import weights from '../../resources/smart-box/weights.bin?url'
import { BoxNet } from '../../src-main/core/smart-box/net.ts'

/** The smart box's network; null where its weights cannot be read: then the box goes by colours and edges. */
export async function loadBoxNet(): Promise<BoxNet | null> {
  try {
    const response = await fetch(weights)
    return response.ok ? BoxNet.fromBytes(await response.arrayBuffer()) : null
  } catch {
    return null
  }
}
