import { chartSvg } from '../kit/chart-image.ts'
import type { Chart } from '../report.ts'
import type { WebRequest } from './request.ts'

/** A picture as the page asks for it: `look=dark`, `size=narrow`. */
export async function drawnChart(c: WebRequest, chart: Chart): Promise<Response> {
  const look = c.req.query('look') === 'dark' ? 'dark' : 'light'
  const svg = await chartSvg(chart, look, c.req.query('size') === 'narrow' ? 'narrow' : 'wide')
  return new Response(svg, {
    headers: {
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'private, max-age=3600',
    },
  })
}
