import { existsSync } from 'node:fs'
import { cudaLibraries } from '../locations.ts'
import type { ProbeReport } from './throwaway.ts'

/** GPU: not verified on hardware. */

/** `no build`: there is a card, but no libtensorflow that could compute on it. */
export type GpuState = 'none' | 'no build' | 'ready'

/** What Linux shows of an NVIDIA driver without loading it; elsewhere no GPU build exists. */
export function gpuState(): GpuState {
  const card = ['/dev/nvidiactl', '/dev/dxg'].some((device) => existsSync(device))
  if (process.platform !== 'linux' || !card) return 'none'
  return existsSync(cudaLibraries) ? 'ready' : 'no build'
}

/** Whether the GPU is taken, or why it is not. */
export type GpuDecision = { gpu: number; cpu: number } | { notBecause: string }

/**
 * A GPU is taken only where libtensorflow says that it computes on it and a convolution there is faster than the same
 * one on the processor: a card can be there, and old, shared or half installed.
 * @param gpu report of the probe on the GPU
 * @param cpu report of the same probe with the GPU hidden; null where it was not asked
 */
export function decideGpu(gpu: ProbeReport, cpu: ProbeReport | null): GpuDecision {
  if (!gpu.passed) return { notBecause: gpu.reason }
  if (!gpu.onGpu) return { notBecause: 'libtensorflow found no GPU that it computes on' }
  if (!cpu?.passed || cpu.onGpu || gpu.convolutionMs === null || cpu.convolutionMs === null) {
    return { notBecause: 'it could not be compared with the processor' }
  }
  const times = `a convolution took ${inMs(gpu.convolutionMs)} there, ${inMs(cpu.convolutionMs)} on the processor`
  if (gpu.convolutionMs >= cpu.convolutionMs) return { notBecause: `it is no faster: ${times}` }
  return { gpu: gpu.convolutionMs, cpu: cpu.convolutionMs }
}

/** `4.2 ms`, `120 ms` */
export function inMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
