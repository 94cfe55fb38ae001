import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { PORT_MESSAGE, PRELOAD_CHANNELS, type PortMessage } from '../contract/channels.ts'
import type { Bridge } from '../contract/shell.ts'

const bridge: Bridge = {
  connect: () => ipcRenderer.send(PRELOAD_CHANNELS.connect),
  grantDrop: (file) => ipcRenderer.invoke(PRELOAD_CHANNELS.drop, webUtils.getPathForFile(file)),
}

ipcRenderer.on(PRELOAD_CHANNELS.port, (event, generation: number) => {
  const message: PortMessage = { type: PORT_MESSAGE, generation }
  window.postMessage(message, window.location.origin, [...event.ports])
})

// by the page's own event loop: one that hangs does not answer
ipcRenderer.on(PRELOAD_CHANNELS.ping, () => ipcRenderer.send(PRELOAD_CHANNELS.alive))

contextBridge.exposeInMainWorld('drydock', bridge)
