import threads from 'node:worker_threads'

/**
 * Loaded before geotiff. It brings a package for worker threads of its own, which we do not use, and which takes every thread
 * for one that it has started, with data to start from; ours have none.
 */
if (!threads.isMainThread && threads.workerData === undefined) Object.assign(threads, { workerData: {} })
