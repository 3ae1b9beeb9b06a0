import { expect, test } from 'vitest'
import { defaultTuning, type Rooms } from '../../../src/settings/tuning.ts'
import { checkRooms } from '../../../src/workspaces/kit/checks.ts'

const check = (rooms: Rooms, problems: Record<string, string> = {}) =>
  checkRooms(
    { readTuning: async () => ({ ...defaultTuning, rooms: { here: rooms } }) },
    'here',
    async (id) => ({ name: `#${id}`, problem: problems[id] ?? null }),
    async () => 'Choose one',
  )

test('every chosen room is looked at once, and what is wrong is told with what to do', async () => {
  expect(await check({ default: 'a', escalation: 'b', rules: [] })).toEqual([
    '#a: cards can be posted',
    '#b: cards can be posted',
  ])
  expect(await check({ default: null, escalation: 'a', rules: [] })).toEqual(['Choose one', '#a: cards can be posted'])
  await expect(
    check({ default: 'a', escalation: 'a', rules: [] }, { a: 'The bot is not in #a. Invite it. Or choose another' }),
  ).rejects.toMatchObject({ message: 'The bot is not in #a', action: 'Invite it. Or choose another' })
})
