import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { pressId } from '../../src/workspaces/discord/components/ids.ts'
import { clickValue } from '../../src/workspaces/kit/click.ts'
import { clickPrefix } from '../../src/workspaces/slack/blocks/click.ts'
import { startDiscordPeer } from '../bench/discord.ts'
import { createSender, formSecret } from '../bench/load.ts'
import { createClicker, signingSecret, startSlackPeer } from '../bench/slack.ts'
import { createPostgresDatabase } from '../support/db.ts'
import { eventually } from '../support/eventually.ts'
import { runApp } from '../support/running-app.ts'

const races = 1000
const atOnce = 20

it('lets exactly one win, a thousand times, when somebody in Slack and somebody in Discord approve the same reply', async ({
  onTestFinished,
}) => {
  const { url: database, drop } = await createPostgresDatabase()
  onTestFinished(drop)
  const slack = await startSlackPeer()
  onTestFinished(() => slack.stop())
  const discord = await startDiscordPeer()
  onTestFinished(() => discord.stop())
  const app = await runApp({
    DATABASE_URL: database,
    FORM_SECRETS: formSecret,
    SLACK_BOT_TOKEN: 'xoxb-race',
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: slack.url,
    ...discord.env,
  })
  onTestFinished(() => app.close())
  // What was approved stays where it is, so that only the race is looked at.
  await writeTuning(app.ctx, { ...defaultTuning, graceSeconds: { form: 600 } }, 'web:test')

  const sender = createSender(app.url, atOnce)
  onTestFinished(() => sender.close())
  for (let sent = 0; sent < races; sent += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, one) => sender.submit(`racer-${sent + one}`)))
  const cards = await eventually(async () => {
    const rows = await rowsOf<{ id: string; draft: string; seq: number }>(
      app.ctx.db,
      sql`select id, draft_id as draft, inbound_seq as seq from conversations
          where state = 'waiting' and not is_drafting and draft_id is not null`,
    )
    expect(rows).toHaveLength(races)
    return rows
  }, 60_000)

  const clicker = createClicker(app.url, slack.url)
  onTestFinished(() => clicker.close())
  for (let start = 0; start < races; start += atOnce) {
    await Promise.all(
      cards.slice(start, start + atOnce).flatMap(({ id, draft, seq }, index) => {
        const value = clickValue({ conversationId: id, seenSeq: seq }, { id: 'approve', target: draft, form: null })
        const inSlack = () => clicker.click(`${clickPrefix}approve`, value)
        const inDiscord = () => discord.click(app.url, pressId.do(value), `race-${id}`)
        return (index % 2 === 0 ? [inSlack, inDiscord] : [inDiscord, inSlack]).map((click) => click())
      }),
    )
  }

  const winners = await eventually(async () => {
    const rows = await rowsOf<{ conversation: string; by: string; replies: number }>(
      app.ctx.db,
      sql`select conversation_id as conversation, min(approved_by) as by, count(*)::int as replies
          from replies group by conversation_id`,
    )
    expect(rows).toHaveLength(races)
    return rows
  }, 30_000)
  expect(winners.filter(({ replies }) => replies !== 1)).toEqual([])
  const won = (workspace: string) => winners.filter(({ by }) => by.startsWith(`${workspace}:`))
  const [bySlack, byDiscord] = [won('slack'), won('discord')]
  expect(bySlack.length + byDiscord.length).toBe(races)
  expect(Math.min(bySlack.length, byDiscord.length)).toBeGreaterThan(0)

  // Whoever came second is told so, each time, and nobody else.
  await eventually(() => expect(slack.calls.get('response') ?? 0).toBe(byDiscord.length))
  await eventually(() => expect(discord.said.size).toBe(bySlack.length))
  for (const { conversation } of bySlack)
    expect(JSON.stringify(discord.said.get(`race-${conversation}`))).toMatch(/approved a reply first/)
}, 180_000)
