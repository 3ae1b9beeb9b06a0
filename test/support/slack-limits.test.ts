import { describe, expect, it } from 'vitest'
import { slackProblems } from './slack-limits.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const marked = (text: string) => ({ type: 'mrkdwn', text })
const text = (words: string) => ({ type: 'text', text: words })
const option = (value: string, label = value) => ({ text: plain(label), value })
const section = { type: 'section', text: plain('x') }
const button = (changes: object = {}) => ({ type: 'button', action_id: 'a', text: plain('x'), ...changes })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const rich = (...elements: object[]) => ({ type: 'rich_text', elements })
const line = (...elements: object[]) => ({ type: 'rich_text_section', elements })
const select = (changes: object) => actions({ type: 'static_select', action_id: 'a', ...changes })
const input = (element: object) => ({ type: 'input', label: plain('x'), element: { action_id: 'a', ...element } })
const chart = (changes: object = {}, title = 'Minutes') => ({
  type: 'data_visualization',
  title,
  chart: { type: 'line', series: [line1('a')], axis_config: { categories: ['Mon', 'Tue'] }, ...changes },
})
const line1 = (name: string, ...values: unknown[]) => ({
  name,
  data: ['Mon', 'Tue'].map((label, at) => ({ label, value: values.length > 0 ? values[at] : 1 })),
})
const times = (count: number) => Array.from({ length: count }, (_, index) => index)

const message = (...blocks: object[]) => slackProblems({ kind: 'message', text: 'x', blocks })
const modal = (changes: object, ...blocks: object[]) =>
  slackProblems({ kind: 'modal', view: { type: 'modal', title: plain('x'), submit: plain('x'), blocks, ...changes } })

describe("Slack's limits", () => {
  it('let through what Slack takes', () => {
    expect(
      message(
        section,
        { type: 'divider' },
        { type: 'header', text: plain('x') },
        { type: 'context', elements: [marked('x')] },
      ),
    ).toEqual([])
    expect(
      message(actions(button(), { type: 'overflow', action_id: 'b', options: [option('1'), option('2')] })),
    ).toEqual([])
    expect(
      message(
        rich(line(text('x'), text(' ')), { type: 'rich_text_list', style: 'bullet', elements: [line(text('x'))] }),
      ),
    ).toEqual([])
    expect(
      message(
        rich(
          line({ type: 'channel', channel_id: 'C1' }, { type: 'usergroup', usergroup_id: 'S1', style: { bold: true } }),
        ),
      ),
    ).toEqual([])
    expect(message(chart(), chart({ type: 'bar', series: [line1('a', 0, -2.5), line1('b')] }))).toEqual([])
    expect(modal({}, input({ type: 'plain_text_input', initial_value: 'x', max_length: 3000 }))).toEqual([])
    expect(slackProblems({ kind: 'home', view: { type: 'home', blocks: [section] } })).toEqual([])
  })

  it.each<[string, object]>([
    ['empty text', { type: 'section', text: plain('  ') }],
    ['no text', { type: 'section' }],
    ['over 3000', { type: 'section', text: plain('x'.repeat(3001)) }],
    ['unknown field', { type: 'section', text: plain('x'), color: 'red' }],
    ['over 10 fields', { type: 'section', fields: times(11).map(() => plain('x')) }],
    ['mrkdwn header', { type: 'header', text: marked('x') }],
    ['header over 150', { type: 'header', text: plain('x'.repeat(151)) }],
    ['empty context', { type: 'context', elements: [] }],
    ['over 10 elements', { type: 'context', elements: times(11).map(() => plain('x')) }],
    ['no such block', { type: 'card' }],
    ['no such field of a button', actions(button({ colour: 'red' }))],
    ['several chosen where one may be', select({ options: [option('1')], initial_options: [option('1')] })],
    ['no such style of a question', actions(button({ confirm: { text: plain('x'), style: 'warning' } }))],
    ['no such style of words', rich(line({ ...text('x'), style: { blink: true } }))],
    ['a room without an id', rich(line({ type: 'channel' }))],
    ['a group of another shape', rich(line({ type: 'usergroup', usergroup_id: 'T1/S1' }))],
    ['a list too deep', rich({ type: 'rich_text_list', style: 'bullet', indent: 9, elements: [line(text('x'))] })],
    ['an input', input({ type: 'plain_text_input' })],
    ['no actions', actions()],
    ['over 25', actions(...times(26).map((index) => button({ action_id: `${index}` })))],
    ['one action_id twice', actions(button(), button())],
    ['no action_id', actions({ type: 'button', text: plain('x') })],
    ['label over 75', actions(button({ text: plain('x'.repeat(76)) }))],
    ['value over 2000', actions(button({ value: 'x'.repeat(2001) }))],
    ['no such style', actions(button({ style: 'plain' }))],
    ['no web address', actions(button({ url: 'javascript:alert(1)' }))],
    ['confirmation too long', actions(button({ confirm: { text: plain('x'.repeat(301)) } }))],
    ['confirmation without text', actions(button({ confirm: {} }))],
    ['not here', actions({ type: 'plain_text_input', action_id: 'a' })],
    [
      'over 5 options',
      actions({ type: 'overflow', action_id: 'a', options: times(6).map((index) => option(`${index}`)) }),
    ],
    ['no options', select({ options: [] })],
    ['over 100 options', select({ options: times(101).map((index) => option(`${index}`)) })],
    ['one value twice', select({ options: [option('1'), option('1')] })],
    ['option over 75', select({ options: [option('1', 'x'.repeat(76))] })],
    ['option value over 150', select({ options: [option('1'.repeat(151))] })],
    ['initial option is none', select({ options: [option('1')], initial_option: option('2') })],
    [
      'options and groups',
      select({ options: [option('1')], option_groups: [{ label: plain('x'), options: [option('1')] }] }),
    ],
    ['empty groups', select({ option_groups: [] })],
    [
      'over 10 radio buttons',
      actions({ type: 'radio_buttons', action_id: 'a', options: times(11).map((index) => option(`${index}`)) }),
    ],
    ['no rich text', rich()],
    ['empty line', rich(line())],
    ['empty piece', rich(line(text('')))],
    ['no such piece', rich(line({ type: 'broadcast', range: 'channel' }))],
    ['no such part', rich(text('x'))],
    ['piece without address', rich(line({ type: 'link', url: 'x' }))],
    ['no user id', rich(line({ type: 'user', user_id: '<!channel>' }))],
    ['half a second', rich(line({ type: 'date', timestamp: 1.5, format: '{date}' }))],
    ['list of texts', rich({ type: 'rich_text_list', style: 'bullet', elements: [text('x')] })],
    [
      'user in preformatted text',
      rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }),
    ],
    ['image without words', { type: 'image', image_url: 'https://a.example/x.png' }],
    ['a chart without a title', chart({}, ' ')],
    ['a chart with a long title', chart({}, 'x'.repeat(51))],
    ['a chart of another kind', chart({ type: 'radar' })],
    ['a chart of nothing', chart({ series: [] })],
    ['a chart of too much', chart({ series: times(7).map((index) => line1(`${index}`)) })],
    ['two lines of one name', chart({ series: [line1('a'), line1('a')] })],
    ['a line with a long name', chart({ series: [line1('x'.repeat(21))] })],
    ['a point without a number', chart({ series: [line1('a', 1, null)] })],
    ['a point too few', chart({ axis_config: { categories: ['Mon', 'Tue', 'Wed'] } })],
    ['a category twice', chart({ axis_config: { categories: ['Mon', 'Mon'] } })],
    ['a long axis', chart({ axis_config: { categories: ['Mon', 'Tue'], y_label: 'x'.repeat(51) } })],
    ['a chart without axes', chart({ axis_config: undefined })],
    ['half a character', { type: 'section', text: plain('\ud83d') }],
    ['empty block_id', { ...section, block_id: '' }],
    ['block_id over 255', { ...section, block_id: 'x'.repeat(256) }],
  ])('find a block at fault: %s', (_, block) => {
    expect(message(block)).not.toEqual([])
  })

  it('find a message at fault', () => {
    expect(message()).not.toEqual([])
    expect(message(...times(51).map(() => section))).not.toEqual([])
    expect(message({ ...section, block_id: 'a' }, { ...section, block_id: 'a' })).not.toEqual([])
    expect(message(...times(5).map(() => ({ type: 'section', text: plain('x'.repeat(2900)) })))).not.toEqual([])
    expect(message(chart(), chart(), chart())).not.toEqual([])
    expect(slackProblems({ kind: 'message', text: ' ', blocks: [section] })).not.toEqual([])
    expect(slackProblems({ kind: 'message', text: 'x', blocks: null })).not.toEqual([])
  })

  it.each<[string, object, object]>([
    ['title over 24', { title: plain('x'.repeat(25)) }, section],
    ['no title', { title: undefined }, section],
    ['submit over 24', { submit: plain('x'.repeat(25)) }, section],
    ['no submit', { submit: undefined }, input({ type: 'plain_text_input' })],
    ['metadata over 3000', { private_metadata: 'x'.repeat(3001) }, section],
    ['another type', { type: 'home' }, section],
    ['value longer than it may be', {}, input({ type: 'plain_text_input', initial_value: 'xx', max_length: 1 })],
    ['over 3000', {}, input({ type: 'plain_text_input', max_length: 3001 })],
    ['no moment', {}, input({ type: 'datetimepicker', initial_date_time: 1.5 })],
    ['nobody', {}, input({ type: 'users_select', initial_user: 'Ana' })],
    ['nowhere', {}, input({ type: 'conversations_select', initial_conversation: 'T1/C1' })],
    ['all conversations filtered', {}, input({ type: 'conversations_select', filter: { include: [] } })],
    ['a chart', {}, chart()],
    ['nothing chosen', {}, input({ type: 'checkboxes', options: [option('1')], initial_options: [] })],
  ])('find a modal at fault: %s', (_, changes, block) => {
    expect(modal(changes, block)).not.toEqual([])
  })

  it('find a view at fault that has too much in it', () => {
    expect(modal({}, ...times(101).map(() => section))).not.toEqual([])
    expect(modal({}, ...times(100).map(() => ({ type: 'section', text: plain('x'.repeat(2900)) })))).not.toEqual([])
    expect(slackProblems({ kind: 'home', view: null })).not.toEqual([])
  })
})
