/** Runs `work` as a user who may not write what root made; restores root at the end. */
export async function asNobody(work: () => Promise<void>): Promise<void> {
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.(65534)
  try {
    await work()
  } finally {
    if (root) process.seteuid?.(0)
  }
}
