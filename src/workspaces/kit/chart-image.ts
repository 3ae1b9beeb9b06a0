import { fileURLToPath } from 'node:url'
import type { Chart } from '../report.ts'
import { colours, type Look } from './chart-look.ts'
import { optionOf, type Layout } from './chart-option.ts'

/** For a page as wide as a desk, and for a phone's. */
export type ChartSize = 'wide' | 'narrow'

const sizes: Record<ChartSize, { width: number; height: number }> = {
  wide: { width: 760, height: 280 },
  narrow: { width: 380, height: 260 },
}
const pageFont =
  "Inter, -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

// Chats show pictures about as wide as this; a phone makes them a little smaller.
const panel = { width: 600, height: 320, padding: 20, round: 14, pixelWidth: 1600 }
const panelFont = 'DejaVu Sans Condensed'
const fontFiles = [
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'),
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf'),
]

/** A chart as SVG without its title and without a ground of its own, for a page that says both. */
export async function chartSvg(chart: Chart, look: Look, size: ChartSize = 'wide'): Promise<string> {
  return draw(chart, sizes[size].height, { look, width: sizes[size].width, font: pageFont, hasTitle: false })
}

/** A chart as PNG, on a panel with its title that stands on any ground: 1600 pixels wide, less than 120 kB. */
export async function chartPng(chart: Chart, look: Look = 'light'): Promise<Uint8Array> {
  const { width, height, padding, round, pixelWidth } = panel
  const inner = await draw(chart, height - 2 * padding, {
    look,
    width: width - 2 * padding,
    font: panelFont,
    hasTitle: true,
  })
  const { paper, edge } = colours[look]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="${round}" fill="${paper}" stroke="${edge}"/><g transform="translate(${padding} ${padding})">${inner}</g></svg>`
  const { renderAsync } = await import('@resvg/resvg-js')
  const image = await renderAsync(svg, {
    fitTo: { mode: 'width', value: pixelWidth },
    font: {
      loadSystemFonts: false,
      fontFiles: fontFiles.map((file) => fileURLToPath(file)),
      defaultFontFamily: panelFont,
      sansSerifFamily: panelFont,
    },
  })
  return image.asPng()
}

async function draw(chart: Chart, height: number, layout: Layout): Promise<string> {
  const { init } = await loadEcharts()
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: layout.width, height })
  try {
    drawing.setOption(optionOf(chart, layout))
    return still(drawing.renderToSVGString())
  } finally {
    drawing.dispose()
  }
}

/** Without what echarts adds for pages in which a drawing is alive. Quotes in texts are escaped, so these are none. */
function still(svg: string): string {
  return svg.replace(/<style[^]*?<\/style>\s*/g, '').replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
}

/** Half a second that only those who draw wait for. */
async function loadEcharts(): Promise<typeof import('echarts/core')> {
  const [echarts, { BarChart, LineChart }, { GridComponent, LegendComponent, TitleComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ])
  echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])
  return echarts
}
