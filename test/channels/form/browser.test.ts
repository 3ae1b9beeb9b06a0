import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InboundInteraction } from '../../../src/channels/channel.ts'
import { openBrowser } from '../../support/browser.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { hasChromium } from '../../support/machine.ts'
import { openForm, peer, receive } from './support.ts'

let browser: Browser
let server: ReturnType<typeof serve>
let url: string
let io: TestChannelIo
let received: InboundInteraction[]

beforeAll(async () => {
  if (hasChromium) browser = await openBrowser()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  received = []
  io = testChannelIo()
  const { channel } = openForm({}, io)
  const app = new Hono()
  for (const page of channel.pages ?? [])
    app.on(page.method, page.path, (context) => page.handle(context.req.raw, peer))
  app.all('/channels/form', async (context) => {
    const { interactions, response } = await receive(channel, context.req.raw)
    received.push(...interactions)
    return response
  })
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.close()
  await once(server, 'close')
})

describe.skipIf(!hasChromium).each([true, false])(
  'contact form in Chromium, JavaScript on: %s',
  (javaScriptEnabled) => {
    let page: Page
    let complaints: string[]

    beforeEach(async () => {
      complaints = []
      page = await browser.newPage({ javaScriptEnabled })
      page.on('console', (message) => {
        // What the browser says of every answer that is not 2xx.
        if (!message.text().includes('status of 422')) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${url}/form?name=Ana`)
      io.clock.advance(20_000)
    })
    afterEach(async () => {
      await page.context().close()
      expect(complaints).toEqual([])
    })

    it('goes from words to thanks', async () => {
      await page.getByLabel('E-mail address').fill('ana@example.com')
      await page.getByLabel('Message').fill('Do you open\non Sundays?')
      await page.getByRole('button', { name: 'Send message' }).click()
      await page.getByRole('heading', { name: 'Thank you' }).waitFor()
      expect(new URL(page.url()).pathname).toBe('/form/thanks')
      expect(received).toHaveLength(1)
      expect(received[0]).toMatchObject({ text: 'Do you open\non Sundays?', customer: { name: 'Ana' } })
      expect(received[0]).not.toHaveProperty('suspicion')
    })

    it('shows a missing address beside its field, with all words kept, and takes it from there', async () => {
      const message = '\n  "Quoted" <b>words</b> & more\nin two lines'
      await page.getByLabel('Message').fill(message)
      await page.getByRole('button', { name: 'Send message' }).click()
      await page.getByRole('alert').waitFor()
      const email = page.getByRole('textbox', { name: 'E-mail address' })
      expect(await page.locator('.field', { has: email }).locator('.error').innerText()).toContain(
        'An e-mail address is needed',
      )
      expect(await email.getAttribute('aria-invalid')).toBe('true')
      expect(await page.getByLabel('Name').inputValue()).toBe('Ana')
      expect(await page.getByLabel('Message').inputValue()).toBe(message)
      expect(received).toEqual([])

      // By keyboard alone: the summary has the focus, its link leads to the field.
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.keyboard.type('ana@example.com')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Thank you' }).waitFor()
      expect(received).toHaveLength(1)
      expect(received[0]).not.toHaveProperty('suspicion')
    })

    it('sends one submission when the visitor goes back and sends again', async () => {
      await page.getByLabel('E-mail address').fill('ana@example.com')
      await page.getByLabel('Message').fill('Hello')
      for (const _ of [1, 2]) {
        await page.getByRole('button', { name: 'Send message' }).click()
        await page.getByRole('heading', { name: 'Thank you' }).waitFor()
        await page.goBack()
        await page.getByRole('heading', { name: 'Contact us' }).waitFor()
      }
      expect(received).toHaveLength(2)
      expect(received[1]?.externalId).toBe(received[0]?.externalId)
    })

    it('hides the trap from eyes, keyboard and screen readers', async () => {
      expect(await page.getByLabel('Leave this field empty').boundingBox()).toMatchObject({
        x: expect.toSatisfy((x) => x < 0),
      })
      expect(await page.getByRole('textbox').count()).toBe(4)
      for (let presses = 0; presses < 8; presses += 1) {
        await page.keyboard.press('Tab')
        expect(
          (await page.locator(':focus').count()) ? await page.locator(':focus').getAttribute('name') : null,
        ).not.toBe('website')
      }
    })
  },
)
