/** One instance on the canvas. */
export interface InstanceRef {
  kind: 'truth' | 'prediction'
  id: string
}
