import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CustomerPage, Found } from '../../../src/workspaces/found.ts'
import { visible } from '../../../src/workspaces/kit/text.ts'
import { customerView } from '../../../src/workspaces/web/views/customer.ts'
import { foundView } from '../../../src/workspaces/web/views/found.ts'
import { noticesView } from '../../../src/workspaces/web/views/notices.ts'
import { saidView } from '../../../src/workspaces/web/views/said.ts'
import { hostileText } from '../contract/hostile.ts'
import { hostileCustomer, hostileFound } from '../contract/hostile-found.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'

const now = new Date('2026-11-22T15:00:00Z')
const asked = { typed: 'refund', order: 'best' as const }
const ofFound = async (found: Found) => String(await foundView(found, { now, csrf: 'x', asked }))
const ofCustomer = async (page: CustomerPage) =>
  String(await customerView(page, { now, csrf: 'x', chart: '/customers/charts/1.svg' }))

/** Every tag, with the names of its attributes. */
const tagsOf = (html: string) =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/="[^"]*"/g, '').replace(/\s+/g, ' '))
const attributesOf = (html: string) =>
  new Set(tagsOf(html).flatMap((tag) => tag.slice(1, -1).trim().split(' ').slice(1)))
const namesOf = (html: string) => new Set(tagsOf(html).map((tag) => /^<\/?([\w!-]*)/.exec(tag)?.[1] ?? tag))

const everyday = [
  ofFound(sampleFound()),
  ofCustomer(sampleCustomer()),
  ofFound(sampleFound({ passages: [], hasNext: false })),
]

/** Nothing but what Deskbell itself writes, and no address but its own. */
async function expectTame(html: string) {
  const known = (await Promise.all(everyday)).join('')
  expect([...namesOf(html)].filter((name) => !namesOf(known).has(name))).toEqual([])
  expect([...attributesOf(html)].filter((name) => !attributesOf(known).has(name))).toEqual([])
  for (const [, to = ''] of html.matchAll(/ (?:href|action|src|srcset)="([^"]*)"/g)) expect(to).toMatch(/^\/(?!\/)/)
  expect(html).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
  expect(html.isWellFormed()).toBe(true)
}

describe('what was found', () => {
  it('shows whatever customers wrote as the text that it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFound, async (found) => {
        await expectTame(await ofFound(found))
        const message = { kind: 'found' as const, title: found.asked, passages: found.passages }
        const shared = String(await noticesView([{ at: now, message }], now))
        expect(tagsOf(shared).filter((tag) => /^<(?:script|img|iframe)/.test(tag))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('marks what was looked for, and nothing that looks like it', async () => {
    const said = [
      { text: '<mark>a</mark> ', isMarked: false },
      { text: '<b>', isMarked: true },
    ]
    const [passage] = sampleFound().passages
    if (!passage) throw new Error('no sample')
    const html = await ofFound(sampleFound({ passages: [{ ...passage, said, answered: null }] }))
    expect(html).toContain('&lt;mark&gt;a&lt;/mark&gt; <mark>&lt;b&gt;</mark>')
    expect(html.match(/<mark>/g)).toHaveLength(1)
  })

  it('adds no space to what was said', async () => {
    expect(await ofFound(sampleFound())).toMatch(
      /<\/span>… het pakket[^<]*<mark>refund<\/mark> of een nieuwe lamp …<\/blockquote/,
    )
  })

  it('calls somebody without a visible name Somebody', async () => {
    const passages = sampleFound().passages.map((one) => ({ ...one, customer: { id: 'a', name: '\u202e\u200b' } }))
    expect(await ofFound(sampleFound({ passages }))).toContain('<bdi>Somebody</bdi>')
  })
})

describe('a customer', () => {
  it('is shown as they are, whatever they call themselves', async () => {
    await fc.assert(
      fc.asyncProperty(hostileCustomer, async (page) => expectTame(await ofCustomer(page))),
      { numRuns: 60 },
    )
  })
})

describe('an answer', () => {
  it('is the text that it is, with at most one link, to a page of ours', async () => {
    const text = fc.tuple(
      hostileText,
      fc.constantFrom('', '/desk find ', '/desk forget ', '/desk customer '),
      hostileText,
    )
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const said = parts.join('')
        const html = String(await saidView(said))
        expect(html.match(/<[^>]*>/g)?.length ?? 0).toBeLessThanOrEqual(2)
        const plain = html
          .replace(/<[^>]*>/g, '')
          .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
        expect(plain).toBe(visible(said))
        for (const [, to = ''] of html.matchAll(/href="([^"]*)"/g)) expect(to).toMatch(/^\/(history|customers|audit)\?/)
      }),
    )
  })
})

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
