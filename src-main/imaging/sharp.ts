import type { default as Sharp } from 'sharp'

/**
 * The one place that loads and sets up libvips, when a picture is first decoded or written: a process that only speaks of images does without.
 * No cache between images (each file is read once, memory must stay flat), one thread per image (the worker pool already uses the cores).
 */
export async function loadSharp(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}
