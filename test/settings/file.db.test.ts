import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { events } from '../../src/db/schema.ts'
import { exportSettings, importSettings } from '../../src/settings/file.ts'
import { readTuning } from '../../src/settings/queries.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => void (desk = await openDesk()))
afterEach(() => desk.close())

const target = { channels: [], themes: ['complaint' as const], urgencies: [], minutes: 60, isBusinessTime: true }
const take = (text: string) => importSettings(desk.ctx, text)

describe('the settings as a file', () => {
  it('hold everything that was tuned, and are the same again where they are taken over', async () => {
    const tuned = await updateTuning(desk.ctx, (now) => ({ ...now, targets: [target], language: 'de' }), 'fake:ana')
    const file = await exportSettings(desk.ctx.db)
    expect(JSON.parse(file)).toEqual(tuned)
    expect(await take(file)).toEqual([])
    await updateTuning(desk.ctx, () => defaultTuning, 'fake:ana')
    expect((await take(`\uFEFF${file}`)).toSorted()).toEqual(['language', 'targets'])
    expect(await readTuning(desk.ctx.db)).toEqual(tuned)
    const changes = (await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'settings.changed')
    expect(changes.map(({ actor }) => actor)).toEqual(['fake:ana', 'fake:ana', 'operator'])
  })

  it('may hold some sections only: the others stay as they are', async () => {
    await updateTuning(desk.ctx, (now) => ({ ...now, language: 'de' }), 'fake:ana')
    expect(await take(JSON.stringify({ targets: [target] }))).toEqual(['targets'])
    expect(await readTuning(desk.ctx.db)).toMatchObject({ language: 'de', targets: [target] })
  })

  it.each([
    ['{"targets": [', 'The file is not valid JSON'],
    ['[]', 'The file must hold one object, such as {"targets": []}'],
    ['{"target": []}', 'Unrecognized key: "target"'],
    ['{"targets": [{"minutes": 0}]}', 'targets.0.minutes'],
    [
      '{"hours": {"timeZone": "Mars/Olympus", "week": [], "holidays": []}}',
      'hours.timeZone: Write a time zone such as',
    ],
    ['{"__proto__": {"language": "de"}, "language": 1}', 'language'],
  ])('change nothing where something is wrong: %s', async (text, reason) => {
    await expect(take(text)).rejects.toThrow(reason)
    expect(await readTuning(desk.ctx.db)).toEqual(defaultTuning)
  })
})
