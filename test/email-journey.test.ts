import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../src/clock.ts'
import { cursors } from '../src/db/schema.ts'
import { openBrowser } from './support/browser.ts'
import { startDovecot, type Dovecot } from './support/dovecot.ts'
import { hasChromium, hasDovecot } from './support/machine.ts'
import { runApp, type RunningApp } from './support/running-app.ts'

/** We file copies of what we send there. */
const us = 'support@bluebird.example'
/** The mail server files them. */
const gmailLike = 'sales@bluebird.example'
const patient = { timeout: 20_000, interval: 50 }

describe.skipIf(!hasChromium || !hasDovecot)('by form and email', { timeout: 60_000 }, () => {
  let dovecot: Dovecot
  let smtp: SMTPServer
  let sent: { raw: string; mail: ParsedMail }[]
  /** What the mail server does when it has a mail whole: answer, or cut the connection. */
  let atTheDot: (raw: string) => Promise<'answer' | 'drop'>
  let app: RunningApp
  let aheadMs = 0
  const clock: Clock = { now: () => new Date(Date.now() + aheadMs) }
  let browser: Browser
  let team: BrowserContext
  /** The team's list of who waits; opened once and never reloaded. */
  let room: Page
  let noise: string[]

  beforeAll(async () => {
    sent = []
    noise = []
    atTheDot = async () => 'answer'
    dovecot = await startDovecot()
    const sockets = new Set<Socket>()
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      async onData(stream, _session, done) {
        const raw = Buffer.concat(await stream.toArray()).toString()
        sent.push({ raw, mail: await simpleParser(raw) })
        if ((await atTheDot(raw)) === 'answer') done()
        else for (const socket of sockets) socket.destroy()
      },
    })
    smtp.on('error', () => {})
    smtp.server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    smtp.listen(0, '127.0.0.1')
    await once(smtp.server, 'listening')
    const smtpUrl = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}?tls=off`
    app = await runApp(
      {
        EMAIL_ADDRESS: us,
        EMAIL_NAME: 'Bluebird support',
        EMAIL_IMAP_URL: dovecot.url(us),
        EMAIL_SMTP_URL: smtpUrl,
        EMAIL_AUTHSERV_ID: 'mx.bluebird.example',
        EMAIL_2_ADDRESS: gmailLike,
        EMAIL_2_IMAP_URL: dovecot.url(gmailLike),
        EMAIL_2_SMTP_URL: smtpUrl,
        EMAIL_2_SENT_COPY: 'server',
        EMAIL_2_AUTHSERV_ID: 'mx.bluebird.example',
      },
      { clock },
    )
    await vi.waitFor(async () => expect(await app.ctx.db.select().from(cursors)).toHaveLength(2), patient)
    browser = await openBrowser()
    team = await browser.newContext()
    room = await pageOf(team)
    await room.goto(`${app.url}/settings`)
    for (const id of ['form', 'email']) await room.locator(`input[name="grace:${id}"]`).fill('0')
    await room.getByRole('button', { name: 'Save' }).click()
    await room.getByText('Saved.').waitFor()
    await room.goto(app.url)
    await room.getByText('Live', { exact: true }).waitFor()
    await room.locator('body').evaluate((body) => body.setAttribute('data-seen', ''))
  })

  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await new Promise<void>((resolve) => (smtp ? smtp.close(() => resolve()) : resolve()))
    await dovecot?.stop()
    expect(noise ?? []).toEqual([])
  })

  async function pageOf(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    page.setDefaultTimeout(patient.timeout)
    page.on('pageerror', (error) => noise.push(error.message))
    return page
  }

  /** A customer whom nobody heard of before. */
  const somebody = (name: string) => ({ name, address: `${name.toLowerCase()}-${randomUUID()}@mail.example` })
  type Somebody = ReturnType<typeof somebody>

  interface Letter {
    subject: string
    text: string
    to?: string
    headers?: string[]
  }

  /** Puts a customer's mail into one of our mailboxes. Returns its Message-ID. */
  async function write(from: Somebody, { subject, text, to = us, headers = [] }: Letter): Promise<string> {
    const id = `<${randomUUID()}@mail.example>`
    const head = [
      `From: ${from.name} <${from.address}>`,
      `To: <${to}>`,
      `Subject: ${subject}`,
      `Message-ID: ${id}`,
      `Date: ${new Date().toUTCString()}`,
      ...headers,
    ]
    await dovecot.put(to, `${head.join('\r\n')}\r\n\r\n${text.replaceAll('\n', '\r\n')}\r\n`)
    return id
  }

  const cardOf = (customer: Somebody): Locator => room.locator('article', { hasText: customer.address })
  const mailsTo = (customer: Somebody) =>
    sent.filter(({ mail }) => (mail.to as AddressObject | undefined)?.value[0]?.address === customer.address)
  async function mailTo(customer: Somebody, nth = 0): Promise<{ raw: string; mail: ParsedMail }> {
    await expect.poll(() => mailsTo(customer).length, patient).toBeGreaterThan(nth)
    const found = mailsTo(customer)[nth]
    if (!found) throw new Error('No such mail')
    return found
  }
  const wordsOf = (text: string | undefined) => text?.replace(/\n$/, '')

  async function approve(customer: Somebody): Promise<string> {
    const button = cardOf(customer).getByRole('button', { name: 'Approve' })
    await button.waitFor()
    const draft = await cardOf(customer).locator('.draft .words').textContent()
    await button.click()
    return draft ?? ''
  }

  async function answerWith(customer: Somebody, text: string): Promise<void> {
    await cardOf(customer).locator('[data-key=edit]').click()
    await room.locator('dialog[open] textarea').fill(text)
    await room.locator('dialog[open]').getByRole('button', { name: 'Send' }).click()
    await room.locator('dialog[open]').waitFor({ state: 'detached' })
  }

  /** Opens the card by itself, where it stays when it is done, and hands it over. */
  async function watch<T>(id: string, look: (card: Locator) => Promise<T>): Promise<T> {
    const page = await pageOf(team)
    try {
      await page.goto(`${app.url}/cards/${id}`)
      await page.getByText('Live', { exact: true }).waitFor()
      return await look(page.locator('article'))
    } finally {
      await page.close()
    }
  }
  async function idOf(customer: Somebody): Promise<string> {
    await cardOf(customer).waitFor()
    return (await cardOf(customer).getAttribute('data-id')) ?? ''
  }
  const isSent = (card: Locator) => card.getByText(/^Sent by Team/).waitFor()

  /** A mail and the answer to it, sent. */
  async function answered(customer: Somebody): Promise<{ id: string; reply: ParsedMail }> {
    await write(customer, { subject: 'Opening hours', text: 'Do you open on Sundays?' })
    const id = await idOf(customer)
    await approve(customer)
    await watch(id, isSent)
    return { id, reply: (await mailTo(customer)).mail }
  }

  it('goes from the form to a card, to the mail that was approved, and on by mail in the same conversation', async () => {
    const mia = somebody('Mia')
    const visitor = await browser.newContext()
    const form = await pageOf(visitor)
    await form.goto(`${app.url}/form`)
    await form.getByLabel('Name').fill(mia.name)
    await form.getByLabel('E-mail address').fill(mia.address)
    await form.getByLabel('Subject').fill('Blue lamp')
    await form.getByLabel('Message').fill('Does the blue lamp come with a bulb?')
    aheadMs += 20_000
    await form.getByRole('button', { name: 'Send message' }).click()
    await form.getByRole('heading', { name: 'Thank you' }).waitFor()
    await visitor.close()

    const id = await idOf(mia)
    expect(await cardOf(mia).textContent()).toContain('Does the blue lamp come with a bulb?')
    await cardOf(mia).getByRole('button', { name: 'Approve' }).waitFor()
    const text = 'Dear Mia,\n\nyes: one bulb, 40 W, “warm white” – it’s in the box.\nFrom Monday on, two.\n\n.\nAna'
    await answerWith(mia, text)
    await watch(id, isSent)
    const { mail: first } = await mailTo(mia)
    expect(wordsOf(first.text)).toBe(text)
    expect(first).toMatchObject({
      from: { value: [{ name: 'Bluebird support', address: us }] },
      to: { value: [{ name: 'Mia', address: mia.address }] },
      subject: 'Re: Blue lamp',
      messageId: expect.stringMatching(/^<deskbell-[0-9a-f-]{36}@bluebird\.example>$/),
    })
    expect(first).not.toHaveProperty('inReplyTo')

    const quoted = text.replaceAll(/^/gm, '> ')
    const answerId = await write(mia, {
      subject: 'Re: Blue lamp',
      text: `Can I have it in green?\n\nOn Mon, 2 Mar 2026 at 10:12, Bluebird support <${us}> wrote:\n${quoted}`,
      headers: [`In-Reply-To: ${first.messageId}`, `References: ${first.messageId}`],
    })
    await cardOf(mia).waitFor()
    expect(await idOf(mia)).toBe(id)
    await cardOf(mia).getByRole('button', { name: 'Approve' }).waitFor()
    const turns = cardOf(mia).locator('.turn blockquote')
    await expect
      .poll(() => turns.allTextContents(), patient)
      .toEqual(['Does the blue lamp come with a bulb?', text, 'Can I have it in green?'])
    const draft = await approve(mia)
    await watch(id, isSent)
    const { mail: second } = await mailTo(mia, 1)
    expect(wordsOf(second.text)).toBe(draft)
    expect(second).toMatchObject({
      subject: 'Re: Blue lamp',
      inReplyTo: answerId,
      references: [first.messageId, answerId],
      to: { value: [{ address: mia.address }] },
    })
    expect(second.messageId).not.toBe(first.messageId)
    expect(mailsTo(mia)).toHaveLength(2)
    expect(await room.locator('body').getAttribute('data-seen')).toBe('')
  })

  it('answers a mail in its own thread, and files a copy', async () => {
    const otto = somebody('Otto')
    const mailId = await write(otto, { subject: 'AW: Rechnung Nr. 7', text: 'Wo ist meine Rechnung?' })
    const id = await idOf(otto)
    const draft = await approve(otto)
    await watch(id, isSent)
    const { raw, mail } = await mailTo(otto)
    expect(wordsOf(mail.text)).toBe(draft)
    expect(mail).toMatchObject({ subject: 'Re: Rechnung Nr. 7', inReplyTo: mailId, references: mailId })
    const copies = await copiesIn('Sent', us, mail.messageId)
    expect(copies.map((copy) => copy.trim())).toEqual([raw.trim()])
  })

  it('says on the card that a reply bounced, and waits again', async () => {
    const nora = somebody('Nora')
    const { id, reply } = await answered(nora)
    await bounce(nora, reply.messageId)
    const card = cardOf(nora)
    await card.locator('.alert', { hasText: '550 5.1.1 User unknown' }).waitFor()
    expect(await card.getAttribute('class')).toContain('is-waiting')
    expect(await idOf(nora)).toBe(id)
    await card.getByText(/^Waiting/).waitFor()
    await card.getByRole('button', { name: 'Send again' }).waitFor()
    expect(mailsTo(nora)).toHaveLength(1)
  })

  it('takes a bounce that comes before the mail server has said yes', async () => {
    const emil = somebody('Emil')
    atTheDot = async () => {
      await bounce(emil, mailsTo(emil)[0]?.mail.messageId)
      await cardOf(emil).locator('.alert', { hasText: '550 5.1.1 User unknown' }).waitFor()
      return 'answer'
    }
    try {
      await write(emil, { subject: 'Size', text: 'Does it come in size L?' })
      const id = await idOf(emil)
      await approve(emil)
      await expect.poll(() => copiesIn('Sent', us, mailsTo(emil)[0]?.mail.messageId), patient).toHaveLength(1)
      await watch(id, (card) => card.getByRole('button', { name: 'Send again' }).waitFor())
    } finally {
      atTheDot = async () => 'answer'
    }
  })

  it('is not reopened by an out-of-office answer', async () => {
    const omar = somebody('Omar')
    const { id, reply } = await answered(omar)
    await watch(id, async (card) => {
      await write(omar, {
        subject: 'Out of office: Re: Opening hours',
        text: 'I am away until Monday.',
        headers: ['Auto-Submitted: auto-replied', `In-Reply-To: ${reply.messageId}`],
      })
      await card.getByText('I am away until Monday.').waitFor()
      await isSent(card)
      expect(await card.getAttribute('class')).toContain('is-answered')
    })
    const fresh = await pageOf(team)
    await fresh.goto(app.url)
    expect(await fresh.locator('article', { hasText: omar.address }).count()).toBe(0)
    await fresh.close()
    expect(mailsTo(omar)).toHaveLength(1)
  })

  describe('when the mail server cuts the connection after the final dot', () => {
    it('finds the reply under sent mail and does not send it twice', async () => {
      const lena = somebody('Lena')
      atTheDot = async (raw) => {
        await dovecot.put(gmailLike, raw, 'Sent')
        return 'drop'
      }
      try {
        await write(lena, { subject: 'Size', text: 'Does it come in size M?', to: gmailLike })
        const id = await idOf(lena)
        await approve(lena)
        await watch(id, isSent)
        expect(mailsTo(lena)).toHaveLength(1)
      } finally {
        atTheDot = async () => 'answer'
      }
    })

    it('asks the team where a look at sent mail proves nothing, and does as it is told', async () => {
      const ines = somebody('Ines')
      atTheDot = async () => {
        // Beyond the time in which the answer could still show up by itself.
        aheadMs += 4 * 60_000
        return 'drop'
      }
      try {
        await write(ines, { subject: 'Size', text: 'Does it come in size S?' })
        const id = await idOf(ines)
        await approve(ines)
        await cardOf(ines).locator('.alert', { hasText: 'Not known whether it arrived' }).waitFor()
        expect(mailsTo(ines)).toHaveLength(1)
        await watch(id, async (card) => {
          await card.getByRole('button', { name: 'It arrived' }).click()
          await isSent(card)
        })
        expect(mailsTo(ines)).toHaveLength(1)
      } finally {
        atTheDot = async () => 'answer'
      }
    })
  })

  /** What a mail server writes when it can't deliver one of our mails. */
  async function bounce(to: Somebody, messageId: string | undefined): Promise<void> {
    const status = `Final-Recipient: rfc822; ${to.address}\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 User unknown`
    const part = (type: string, text: string) => `--b\nContent-Type: ${type}\n\n${text}\n`
    const parts = [
      part('text/plain', 'It could not be delivered.'),
      part('message/delivery-status', status),
      part('text/rfc822-headers', `Message-ID: ${messageId}`),
    ]
    const headers = [
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    ]
    const server = { name: 'Mail Delivery System', address: 'mailer-daemon@mail.example' }
    await write(server, { subject: 'Undelivered Mail', text: `${parts.join('')}--b--`, headers })
  }

  async function copiesIn(folder: string, user: string, messageId: string | undefined): Promise<string[]> {
    return dovecot.as(user, async (client) => {
      await client.mailboxOpen(folder, { readOnly: true })
      const uids = (await client.search({ header: { 'message-id': messageId ?? '' } }, { uid: true })) || []
      if (uids.length === 0) return []
      const found = await client.fetchAll(uids, { source: true }, { uid: true })
      return found.map(({ source }) => String(source))
    })
  }
})
