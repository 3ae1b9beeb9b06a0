import { Resvg } from '@resvg/resvg-js'

/** What customers send instead of photos. */
export type Drawing = keyof typeof drawings

const spokes = Array.from({ length: 16 }, (_, index) => {
  const angle = (index * Math.PI) / 8
  const reach = 150 - 34 * Math.max(0, Math.cos(angle - 0.6)) ** 6
  return `<path d="M240 180 L${240 + reach * Math.cos(angle)} ${180 + reach * Math.sin(angle)}" />`
})

const drawings = {
  wheel: `<rect width="480" height="360" fill="#b9b3a8" /><rect y="300" width="480" height="60" fill="#6f6a62" />
    <g stroke="#d8dbe0" stroke-width="2.5" fill="none">${spokes.join('')}</g>
    <path d="M390 180 A150 150 0 1 1 300 43 C330 60 318 108 352 120 Q386 132 390 180 Z" fill="none" stroke="#23262b" stroke-width="17" />
    <circle cx="240" cy="180" r="15" fill="#3c4149" />`,
  saddle: `<rect width="480" height="360" fill="#8fa3a0" /><path d="M225 210 L262 360" stroke="#3c4149" stroke-width="24" />
    <g transform="rotate(-19 240 170)"><path d="M80 150 Q150 110 250 140 T420 150 Q430 185 350 190 L170 192 Q90 190 80 150 Z" fill="#4a2f22" />
    <path d="M130 198 Q240 222 350 196" stroke="#c8ccd2" stroke-width="7" fill="none" /></g>`,
}

/** As a PNG. */
export function draw(drawing: Drawing): Uint8Array<ArrayBuffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="360">${drawings[drawing]}</svg>`
  return Uint8Array.from(new Resvg(svg).render().asPng())
}
