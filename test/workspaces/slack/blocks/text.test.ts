import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mrkdwn } from '../../../../src/workspaces/slack/blocks/text.ts'
import { hostileText } from '../../contract/hostile.ts'

describe('text in mrkdwn', () => {
  it('says nothing in mrkdwn', () => {
    expect(mrkdwn('<!channel> & *b* ~s~ `c` _i_ snake_case :smile: 10:30')).toBe(
      '&lt;!channel&gt; &amp; ∗b∗ ∼s∼ ˋcˋ ＿i＿ snake_case :\u2060smile: 10:30',
    )
    fc.assert(fc.property(hostileText, (text) => !/[<>*~`]|&(?!amp;|lt;|gt;)/.test(mrkdwn(text))))
  })
})
