import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(() => {
  io = testSlackIo()
  slack = connectTo(peer, io)
  peer.calls.splice(0)
  peer.groups.splice(0, Infinity, { id: 'S0CARE', name: 'Care', handle: 'care', users: [peer.users.ana] })
})

const id = (local: string) => `${peer.team}/${local}`

test('a teammate has groups; who runs the workspace is an administrator', async () => {
  const { membershipOf } = slack.members
  expect(await membershipOf(id(peer.users.ana))).toEqual({ groups: [id('S0CARE')], isAdmin: false })
  expect(await membershipOf(id(peer.users.admin))).toEqual({ groups: [], isAdmin: true })
  expect(await membershipOf('nobody')).toEqual({ groups: [], isAdmin: false })
})

test('many clicks ask once; a right that was taken away is gone after a minute', async () => {
  const { membershipOf } = slack.members
  await Promise.all(Array.from({ length: 20 }, () => membershipOf(id(peer.users.ana))))
  expect(peer.callsOf('usergroups.list')).toHaveLength(1)
  expect(peer.callsOf('users.info')).toHaveLength(1)
  peer.groups.splice(0)
  expect((await membershipOf(id(peer.users.ana))).groups).toEqual([id('S0CARE')])
  io.clock.advance(60_000)
  expect((await membershipOf(id(peer.users.ana))).groups).toEqual([])
})

test('somebody whose account was closed has no rights', async () => {
  peer.answer('users.info', ({ args }) =>
    args['user'] === 'U0GONE' ? { body: { ok: true, user: { id: 'U0GONE', deleted: true, is_admin: true } } } : null,
  )
  peer.groups.push({ id: 'S0ALL', name: 'All', handle: 'all', users: ['U0GONE'] })
  expect(await slack.members.membershipOf(id('U0GONE'))).toEqual({ groups: [], isAdmin: false })
})

test('when Slack can not tell, it is asked again the next time', async () => {
  const { membershipOf } = slack.members
  peer.fault('users.info', { kind: 'status', when: 'before', status: 500 })
  await expect(membershipOf(id(peer.users.ana))).rejects.toMatchObject({ name: 'RetryableError' })
  expect((await membershipOf(id(peer.users.ana))).groups).toHaveLength(1)
  await expect(membershipOf('T0ELSE/U0ELSE')).rejects.toMatchObject({ name: 'RetryableError' })
})

test('a missing permission says what to click; a free plan has no groups', async () => {
  peer.fault('usergroups.list', { kind: 'refused', error: 'missing_scope', needed: 'usergroups:read' })
  await expect(slack.members.membershipOf(id(peer.users.ana))).rejects.toMatchObject({
    name: 'PermanentError',
    action: expect.stringMatching(/usergroups:read .*OAuth & Permissions.*Reinstall/) as string,
  })
  peer.fault('usergroups.list', { kind: 'refused', error: 'paid_teams_only' })
  expect(await slack.members.groupsOf(peer.team)).toEqual([])
})

test('people and groups have the names that the others see', async () => {
  expect(await slack.members.nameOf(peer.team, peer.users.ana)).toBe('ana')
  expect(await slack.members.groupsOf(peer.team)).toEqual([{ id: id('S0CARE'), name: 'Care (@care)' }])
})

test('a room says whether a card can be posted in it, and what to do', async () => {
  const { roomOf } = slack.members
  expect(await roomOf(id(peer.channels.support))).toEqual({ name: '#support', problem: null })
  expect((await roomOf(id(peer.channels.sales))).problem).toContain('/invite @deskbell in #sales')
  expect((await roomOf(id('C0GONE'))).problem).toContain("can't see the channel C0GONE")
  expect((await roomOf('kitchen')).problem).toContain('is no Slack channel')
  await peer.admin('conversations.archive', { channel: peer.channels.sales })
  expect((await roomOf(id(peer.channels.sales))).problem).toContain('#sales is archived')
})
