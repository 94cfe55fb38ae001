import sharp from 'sharp'

/**
 * The one place that sets up libvips: no cache between images (each file is read once, memory must stay flat),
 * one thread per image (the worker pool already uses the cores).
 */
sharp.cache(false)
sharp.concurrency(1)

export { sharp }
