/**
 * Whoever imports this ends when the process that started it is gone, however that ended: a kill passes on no signal, and closes the channel all the
 * same, on every system. Only where that process gave it a channel (`ipc`).
 */
process.once('disconnect', () => process.exit(1))
// it is nothing to stay alive for
process.channel?.unref()
