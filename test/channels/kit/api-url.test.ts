import { expect, test } from 'vitest'
import { apiUrl } from '../../../src/channels/kit/api-url.ts'

test.each([
  'https://api.example.com',
  'HTTPS://api.example.com',
  'http://127.0.0.1:4000',
  'http://[::1]',
  'http://LOCALHOST',
])('%s may be called, and stands without a slash at its end', (url) => {
  expect(apiUrl.parse(`${url}/`)).toBe(url)
})

test.each([
  'http://api.example.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'ftp://localhost',
  '',
])('secrets never travel to "%s"', (url) => {
  expect(apiUrl.safeParse(url).success).toBe(false)
})
