import { expect, test } from 'vitest'
import { PermanentError, RetryableError } from '../../../src/errors.ts'
import { defaultTuning, type Rooms } from '../../../src/settings/tuning.ts'
import { allOf, checkRooms } from '../../../src/workspaces/kit/checks.ts'

const check = (rooms: Rooms, problems: Record<string, string> = {}) =>
  checkRooms(
    { readTuning: async () => ({ ...defaultTuning, rooms: { here: rooms } }) },
    'here',
    async (id) => ({ name: `#${id}`, problem: problems[id] ?? null }),
    async () => 'Choose one',
  )

test('says what is well in the order of the checks', async () => {
  expect(await allOf([Promise.resolve(['a', 'b']), Promise.resolve([]), Promise.resolve(['c'])])).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('one problem comes as itself, several come together, those of a check within among them', async () => {
  const [one, two, three] = [new PermanentError('1'), new RetryableError('2'), new Error('3')]
  await expect(allOf([Promise.resolve(['a']), Promise.reject(one)])).rejects.toBe(one)
  const within = allOf([Promise.reject(two), Promise.reject(three)])
  await expect(allOf([Promise.reject(one), within])).rejects.toMatchObject({ errors: [one, two, three] })
})

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
