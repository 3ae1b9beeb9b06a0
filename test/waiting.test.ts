import { expect, test } from 'vitest'
import { PermanentError, RetryableError } from '../src/errors.ts'
import { allOf } from '../src/waiting.ts'

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
