/** Small signs, drawn so that meaning does not rest on colour: 10 x 10 CSS pixels around (x, y). */

export type Sign = 'tick' | 'cross' | 'ring' | 'join' | 'cut' | 'plus' | 'minus'

export function drawSign(
  context: CanvasRenderingContext2D,
  sign: Sign,
  x: number,
  y: number,
  colour: string,
): void {
  context.save()
  context.translate(x, y)
  context.strokeStyle = colour
  context.fillStyle = colour
  context.lineWidth = 1.6
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.beginPath()
  SHAPES[sign](context)
  context.stroke()
  context.restore()
}

const SHAPES: Record<Sign, (context: CanvasRenderingContext2D) => void> = {
  tick(context) {
    context.moveTo(-4, 0.5)
    context.lineTo(-1.2, 3.2)
    context.lineTo(4, -3)
  },
  cross(context) {
    context.moveTo(-3, -3)
    context.lineTo(3, 3)
    context.moveTo(3, -3)
    context.lineTo(-3, 3)
  },
  ring(context) {
    context.arc(0, 0, 4, 0, 2 * Math.PI)
    context.moveTo(0.4, 0)
    context.arc(0, 0, 0.4, 0, 2 * Math.PI)
  },
  join(context) {
    context.moveTo(-4, 4)
    context.lineTo(0, 0)
    context.lineTo(4, 4)
    context.moveTo(0, 0)
    context.lineTo(0, -4)
    context.moveTo(-2, -2.2)
    context.lineTo(0, -4.2)
    context.lineTo(2, -2.2)
  },
  plus(context) {
    context.moveTo(-4, 0)
    context.lineTo(4, 0)
    context.moveTo(0, -4)
    context.lineTo(0, 4)
  },
  minus(context) {
    context.moveTo(-4, 0)
    context.lineTo(4, 0)
  },
  cut(context) {
    context.moveTo(-4, 4)
    context.lineTo(4, -4)
    context.moveTo(-1.6, -3)
    context.lineTo(-1.6, -1)
    context.moveTo(1.6, 1)
    context.lineTo(1.6, 3)
  },
}
