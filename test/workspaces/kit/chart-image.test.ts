import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minutesText, scaleOf } from '../../../src/workspaces/kit/chart-axis.ts'
import { chartPng, chartSvg } from '../../../src/workspaces/kit/chart-image.ts'
import { colours } from '../../../src/workspaces/kit/chart-look.ts'
import type { Chart } from '../../../src/workspaces/report.ts'
import { hostileText } from '../contract/hostile.ts'
import { sampleReport } from '../contract/sample-report.ts'

const [responseTime, themes] = sampleReport().charts as [Chart, Chart]
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
const days = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1))
const line = (changes: Partial<Chart>): Chart => ({ ...responseTime, ...changes })

/** Width and height in pixels; throws when it is no PNG. */
function sizeOf(png: Uint8Array): [number, number] {
  const bytes = Buffer.from(png)
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error('not a PNG')
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

describe('a chart as SVG', () => {
  it('says the series, the days, the hours and the target', async () => {
    const texts = textsOf(await chartSvg(responseTime, 'light'))
    for (const text of ['Median', 'Slowest tenth', '7', '20', '0', '1 h', '4 h', 'Target 1 h'])
      expect(texts).toContain(text)
    expect(texts).not.toContain('Target')
    expect(texts).not.toContain(responseTime.title)
  })

  it('draws the target dashed, and nothing where there is no value', async () => {
    const svg = await chartSvg(responseTime, 'light')
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
    const median =
      new RegExp(`<path d="([^"]*)" fill="none"[^>]*stroke="${colours.light.lines[0]}"`).exec(svg)?.[1] ?? ''
    expect(median.match(/M/g)?.length).toBeGreaterThan(1)
  })

  it.each(['light', 'dark'] as const)('gives each theme its own colour when it is %s', async (look) => {
    const svg = await chartSvg(themes, look)
    for (const colour of Object.values(colours[look].themes)) expect(svg).toContain(colour)
    const turned = await chartSvg({ ...themes, series: themes.series.toReversed() }, look)
    expect(turned).toContain(colours[look].themes['comparison'])
  })

  it('holds nothing that runs, that moves or that comes from elsewhere', async () => {
    for (const size of ['wide', 'narrow'] as const) {
      const svg = await chartSvg(themes, 'dark', size)
      expect(svg).not.toMatch(/<script|<style|<animate|\son\w+=|href=|url\((?!#)/)
    }
    expect(await chartSvg(themes, 'light', 'narrow')).toContain('viewBox="0 0 380 260"')
  })

  it('escapes whatever a name, a day or a title says', async () => {
    const name = '<script>alert(1)</script>&"\u202e\u0000\uffff'
    const svg = await chartSvg(
      line({ categories: [name], series: [name, name].map((one) => series(one, [5])) }),
      'light',
    )
    expect(svg).not.toMatch(/<script|\u202e|\0|\uffff/)
    expect(textsOf(svg).filter((text) => text === '&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;')).toHaveLength(2)
  })

  it.each([
    ['31 days', line({ categories: days(31), series: [series('Median', days(31).map(Number))] })],
    ['one day', line({ categories: ['1'], series: [series('Median', [12]), target([60])] })],
    ['zeros', { ...themes, categories: days(2), series: [series('Complaint', [0, 0])] }],
    ['a target alone', line({ categories: days(2), series: [target([60, 30])] })],
    ['no days', line({ categories: [], series: [series('Median', [])] })],
    ['six series', { ...themes, series: days(6).map((name) => series(name, [1, 2, 3])) }],
    ['weeks', line({ categories: days(2), series: [series('Median', [30_000, null])] })],
  ])('draws %s', async (_, chart) => {
    for (const look of ['light', 'dark'] as const) {
      const svg = await chartSvg(chart, look)
      expect(svg).toMatch(/^<svg [^]*<\/svg>$/)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
    expect(sizeOf(await chartPng(chart))[0]).toBe(1600)
  })

  it('says so when there is nothing to show', async () => {
    const chart = line({ categories: days(3), series: [series('Median', [null, null, null]), target([60, 60, 60])] })
    expect(textsOf(await chartSvg(chart, 'light'))).toContain('Nothing to show')
    expect(textsOf(await chartSvg(responseTime, 'light'))).not.toContain('Nothing to show')
  })
})

describe('a chart as PNG', () => {
  it.each([
    ['response time', responseTime],
    ['themes', themes],
  ])('shows %s sharp and small, light and dark', async (_, chart) => {
    for (const look of ['light', 'dark'] as const) {
      const png = await chartPng(chart, look)
      expect(sizeOf(png)).toEqual([1600, 853])
      expect(png.length).toBeLessThan(120_000)
      // Without a font for its texts it would be smaller.
      expect(png.length).toBeGreaterThan(45_000)
    }
  })

  it('can be drawn whatever the texts say', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const png = await chartPng(
          line({ title: text, categories: [text, text], series: [series(text, [1, 2]), series(text, [2, null])] }),
        )
        expect(sizeOf(png)).toEqual([1600, 853])
      }),
      { numRuns: 8 },
    )
  })
})

describe('the axis', () => {
  it.each([
    [42, '10 min'],
    [100, '30 min'],
    [185, '1 h'],
    [700, '3 h'],
    [4000, '1 d'],
    [100_000, '20 d'],
  ])('counts up to %i minutes in steps of %s', (highest, step) => {
    const scale = scaleOf(line({ series: [series('Median', [highest])] }))
    expect(scale.labelOf(scale.step)).toBe(step)
    expect(scale.max).toBeGreaterThanOrEqual(highest)
  })

  it('counts interactions as wholes, stacked', () => {
    const scale = scaleOf({ ...themes, series: [series('a', [900, 1]), series('b', [1100, null])] })
    expect([scale.step, scale.max, scale.labelOf(scale.max)]).toEqual([500, 2000, '2,000'])
    expect(scaleOf({ ...themes, series: [series('a', [1])] })).toMatchObject({ step: 1, max: 2 })
  })

  it('has few steps whatever the numbers are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.constantFrom(responseTime, themes),
        (highest, chart) => {
          const { max, step } = scaleOf({ ...chart, series: [series('a', [highest])] })
          expect(max).toBeGreaterThanOrEqual(highest)
          expect(max / step).toBeLessThanOrEqual(5)
        },
      ),
    )
  })

  it.each([
    [45, '45 min'],
    [60, '1 h'],
    [90, '1 h 30 min'],
    [0, '0 min'],
  ])('tells a target of %i minutes as %s', (minutes, text) => expect(minutesText(minutes)).toBe(text))
})

describe('the colours', () => {
  // Machado, Oliveira and Fernandes 2009, severity 1, in linear light.
  const sights = {
    'who sees all': [1, 0, 0, 0, 1, 0, 0, 0, 1],
    'without red': [0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052],
    'without green': [0.367, 0.861, -0.228, 0.28, 0.673, 0.047, -0.012, 0.043, 0.969],
    'without blue': [1.256, -0.077, -0.179, -0.078, 0.931, 0.148, 0.005, 0.691, 0.304],
  }

  it.each(Object.entries(sights))('of two themes are told apart by people %s', (_, sight) => {
    for (const look of ['light', 'dark'] as const) {
      const seen = Object.values(colours[look].themes).map((colour) => labOf(colour, sight))
      for (const [at, one] of seen.entries())
        for (const other of seen.slice(at + 1))
          expect(Math.hypot(...one.map((part, axis) => part - (other[axis] ?? 0)))).toBeGreaterThan(18)
    }
  })
})

/** CIE L*a*b* of a colour as somebody sees it. */
function labOf(colour: string, sight: number[]): number[] {
  const linear = [1, 3, 5].map((at) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2)
  const mixed = (rows: number[], from: number[]) =>
    [0, 3, 6].map((row) => from.reduce((sum, part, at) => sum + part * (rows[row + at] ?? 0), 0))
  const seen = mixed(sight, linear).map((part) => Math.min(1, Math.max(0, part)))
  const [x = 0, y = 0, z = 0] = mixed([0.4339, 0.376, 0.19, 0.213, 0.715, 0.072, 0.018, 0.109, 0.873], seen).map(
    (part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116),
  )
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function series(name: string, values: (number | null)[]): Chart['series'][number] {
  return { name, values, role: 'value' }
}

function target(values: number[]): Chart['series'][number] {
  return { name: 'Target', values, role: 'target' }
}
