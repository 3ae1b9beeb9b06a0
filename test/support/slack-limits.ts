/**
 * Slack's limits, so that no test needs Slack to find out that it would refuse a message.
 * From https://docs.slack.dev/reference/block-kit and the comments in `@slack/types`.
 */
export type SlackPayload =
  | { kind: 'message'; text: string; blocks: unknown }
  | { kind: 'modal'; view: unknown }
  | { kind: 'home'; view: unknown }

type Json = Record<string, unknown>
type Say = (path: string, problem: string) => void

/** What Slack would refuse, a line each; empty when it would take it. */
export function slackProblems(payload: SlackPayload): string[] {
  const problems: string[] = []
  const say: Say = (path, problem) => problems.push(`${path}: ${problem}`)
  if (payload.kind === 'message') checkMessage(payload, say)
  else checkView(payload.kind, payload.view, say)
  return problems
}

function checkMessage({ text, blocks }: { text: string; blocks: unknown }, say: Say): void {
  checkText(text, 'text', 4000, say)
  checkBlocks(blocks, 'message', 50, say)
  const charts = Array.isArray(blocks) ? blocks.filter((block) => isJson(block) && block['type'] === chartType) : []
  if (charts.length > 2) say('blocks', `have ${charts.length} charts, over 2`)
  const size = sizeOf(blocks)
  if (size > 12_000) say('blocks', `have ${size} characters in all, over 12000`)
}

const everyView = ['blocks', 'private_metadata', 'callback_id', 'external_id']
const viewFields = {
  modal: [...everyView, 'title', 'submit', 'close', 'clear_on_close', 'notify_on_close', 'submit_disabled'],
  home: everyView,
}

function checkView(kind: 'modal' | 'home', view: unknown, say: Say): void {
  if (!isJson(view)) return say('view', 'is no object')
  if (view['type'] !== kind) say('view', `is of type ${String(view['type'])}`)
  checkFields(view, viewFields[kind], 'view', say)
  checkLength(view['private_metadata'], 'private_metadata', 3000, say)
  checkLength(view['callback_id'], 'callback_id', 255, say)
  checkLength(view['external_id'], 'external_id', 255, say)
  if (kind === 'modal') {
    checkPlain(view['title'], 'title', 24, say)
    for (const key of ['submit', 'close']) if (view[key] !== undefined) checkPlain(view[key], key, 24, say)
    const hasInput =
      Array.isArray(view['blocks']) && view['blocks'].some((block) => isJson(block) && block['type'] === 'input')
    if (hasInput && view['submit'] === undefined) say('submit', 'is missing, though there is an input')
  }
  checkBlocks(view['blocks'], kind, 100, say)
  const bytes = new TextEncoder().encode(JSON.stringify(view)).length
  if (bytes > 250_000) say('view', `has ${bytes} bytes, over 250000`)
}

function checkBlocks(blocks: unknown, surface: string, max: number, say: Say): void {
  if (!Array.isArray(blocks)) return say('blocks', 'are no list')
  if (blocks.length === 0) say('blocks', 'are empty')
  if (blocks.length > max) say('blocks', `are ${blocks.length}, over ${max}`)
  const ids = new Set<unknown>()
  let focused = 0
  for (const [index, block] of blocks.entries()) {
    const path = `blocks[${index}]`
    if (!isJson(block)) {
      say(path, 'is no object')
      continue
    }
    const id = block['block_id']
    checkLength(id, `${path}.block_id`, 255, say)
    if (id === '') say(`${path}.block_id`, 'is empty')
    if (id !== undefined && ids.has(id)) say(`${path}.block_id`, `${String(id)} is there twice`)
    ids.add(id)
    checkBlock(block, surface, path, say)
    focused += JSON.stringify(block).split('"focus_on_load":true').length - 1
  }
  if (focused > 1) say('blocks', 'several elements want the focus')
  checkWellFormed(blocks, say)
}

function checkBlock(block: Json, surface: string, path: string, say: Say): void {
  const known: Record<string, string[]> = {
    section: ['text', 'fields', 'accessory', 'expand'],
    header: ['text'],
    context: ['elements'],
    actions: ['elements'],
    rich_text: ['elements'],
    divider: [],
    input: ['label', 'hint', 'optional', 'element', 'dispatch_action'],
    image: ['alt_text', 'title', 'image_url', 'slack_file'],
    [chartType]: ['title', 'chart'],
  }
  const type = String(block['type'])
  const fields = known[type]
  if (!fields) return say(path, `is of type ${type}, which we don't use`)
  checkFields(block, [...fields, 'block_id'], path, say)
  const elements = Array.isArray(block['elements']) ? block['elements'] : []
  if (['context', 'actions', 'rich_text'].includes(type) && elements.length === 0) say(path, 'has no elements')
  switch (type) {
    case 'section': {
      const parts = block['fields']
      if (block['text'] === undefined && parts === undefined) say(path, 'has neither text nor fields')
      if (block['text'] !== undefined) checkTextObject(block['text'], `${path}.text`, 3000, say)
      if (parts !== undefined) {
        if (!Array.isArray(parts) || parts.length === 0 || parts.length > 10) say(`${path}.fields`, 'are not 1 to 10')
        else parts.forEach((part, at) => checkTextObject(part, `${path}.fields[${at}]`, 2000, say))
      }
      if (block['accessory'] !== undefined) checkElement(block['accessory'], inSections, `${path}.accessory`, say)
      return
    }
    case 'header':
      return checkPlain(block['text'], `${path}.text`, 150, say)
    case 'context':
      if (elements.length > 10) say(path, `has ${elements.length} elements, over 10`)
      for (const [at, element] of elements.entries()) {
        if (isJson(element) && element['type'] === 'image') checkImage(element, `${path}.elements[${at}]`, say)
        else checkTextObject(element, `${path}.elements[${at}]`, 3000, say)
      }
      return
    case 'actions': {
      if (elements.length > 25) say(path, `has ${elements.length} elements, over 25`)
      const ids = new Set<unknown>()
      for (const [at, element] of elements.entries()) {
        checkElement(element, inActions, `${path}.elements[${at}]`, say)
        const id = isJson(element) ? element['action_id'] : undefined
        if (ids.has(id)) say(`${path}.elements[${at}]`, `action_id ${String(id)} is there twice`)
        ids.add(id)
      }
      return
    }
    case 'rich_text':
      for (const [at, part] of elements.entries()) checkRichPart(part, `${path}.elements[${at}]`, say)
      return
    case 'input':
      if (surface === 'message') say(path, 'an input does not belong into a message')
      checkPlain(block['label'], `${path}.label`, 2000, say)
      if (block['hint'] !== undefined) checkPlain(block['hint'], `${path}.hint`, 2000, say)
      return checkElement(block['element'], inInputs, `${path}.element`, say)
    case 'image':
      return checkImage(block, path, say)
    case chartType:
      if (surface !== 'message') say(path, 'a chart belongs into a message')
      checkText(block['title'], `${path}.title`, 50, say)
      return checkChart(block['chart'], `${path}.chart`, say)
  }
}

const chartType = 'data_visualization'

/** Of bars and lines: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
function checkChart(chart: unknown, path: string, say: Say): void {
  if (!isJson(chart)) return say(path, 'is no object')
  if (chart['type'] !== 'line' && chart['type'] !== 'bar') say(path, `is a ${String(chart['type'])}`)
  checkFields(chart, ['series', 'axis_config'], path, say)
  const axes = chart['axis_config']
  if (!isJson(axes)) return say(path, 'has no axis_config')
  checkFields(axes, ['categories', 'x_label', 'y_label'], `${path}.axis_config`, say, false)
  for (const key of ['x_label', 'y_label']) if (axes[key] !== undefined) checkText(axes[key], `${path}.${key}`, 50, say)
  const categories: unknown[] = Array.isArray(axes['categories']) ? axes['categories'] : []
  if (categories.length === 0 || categories.length > 20) say(path, `has ${categories.length} categories, not 1 to 20`)
  checkNames(categories, `${path}.categories`, say)
  const series: unknown[] = Array.isArray(chart['series']) ? chart['series'] : []
  if (series.length === 0 || series.length > 6) say(path, `has ${series.length} series, not 1 to 6`)
  checkNames(
    series.map((one) => (isJson(one) ? one['name'] : null)),
    `${path}.series`,
    say,
  )
  for (const [at, one] of series.entries()) {
    const where = `${path}.series[${at}]`
    if (!isJson(one)) continue
    checkFields(one, ['name', 'data'], where, say, false)
    const points: unknown[] = Array.isArray(one['data']) ? one['data'] : []
    const labels = points.map((point) => (isJson(point) ? point['label'] : null))
    if (JSON.stringify(labels) !== JSON.stringify(categories)) say(where, 'has other points than categories')
    for (const point of points) if (!isJson(point) || !Number.isFinite(point['value'])) say(where, 'has no number')
  }
}

/** Charts tell their parts by these. */
function checkNames(names: unknown[], path: string, say: Say): void {
  for (const name of names) checkText(name, path, 20, say)
  if (new Set(names).size < names.length) say(path, 'are not all different')
}

const selects = ['static_select', 'users_select', 'conversations_select', 'channels_select']
const multi = ['multi_static_select', 'multi_users_select', 'multi_conversations_select']
const choices = ['checkboxes', 'radio_buttons']
const inSections = ['button', 'overflow', 'image', 'datepicker', 'timepicker', ...selects, ...multi, ...choices]
const inActions = ['button', 'overflow', 'datepicker', 'timepicker', 'datetimepicker', ...selects, ...multi, ...choices]
const inInputs = [
  'plain_text_input',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'number_input',
  ...selects,
  ...multi,
  ...choices,
]

const list = ['placeholder', 'options', 'option_groups']
const elementFields: Record<string, string[]> = {
  button: ['text', 'value', 'url', 'style', 'accessibility_label'],
  overflow: ['options'],
  radio_buttons: ['options', 'initial_option'],
  checkboxes: ['options', 'initial_options'],
  static_select: [...list, 'initial_option'],
  multi_static_select: [...list, 'initial_options', 'max_selected_items'],
  plain_text_input: ['placeholder', 'multiline', 'min_length', 'max_length', 'initial_value', 'dispatch_action_config'],
  datetimepicker: ['initial_date_time'],
  users_select: ['placeholder', 'initial_user'],
  conversations_select: [
    'placeholder',
    'initial_conversation',
    'default_to_current_conversation',
    'response_url_enabled',
    'filter',
  ],
}

function checkElement(element: unknown, allowed: string[], path: string, say: Say): void {
  if (!isJson(element)) return say(path, 'is no object')
  const type = String(element['type'])
  if (!allowed.includes(type)) return say(path, `a ${type} does not belong here`)
  if (type === 'image') return checkImage(element, path, say)
  const always = ['action_id', ...(type === 'plain_text_input' ? [] : ['confirm']), 'focus_on_load']
  checkFields(element, [...always, ...(elementFields[type] ?? [])], path, say)
  const id = element['action_id']
  if (typeof id !== 'string' || id === '') say(path, 'has no action_id')
  checkLength(id, `${path}.action_id`, 255, say)
  if (element['placeholder'] !== undefined) checkPlain(element['placeholder'], `${path}.placeholder`, 150, say)
  if (element['confirm'] !== undefined) checkConfirm(element['confirm'], `${path}.confirm`, say)
  switch (type) {
    case 'button':
      checkPlain(element['text'], `${path}.text`, 75, say)
      checkLength(element['value'], `${path}.value`, 2000, say)
      checkLength(element['accessibility_label'], `${path}.accessibility_label`, 75, say)
      if (element['url'] !== undefined) checkUrl(element['url'], `${path}.url`, say)
      return checkStyle(element['style'], path, say)
    case 'overflow':
      if (Array.isArray(element['options']) && element['options'].length < 2) say(path, 'has fewer than 2 options')
      return checkOptions(element['options'], 5, path, say)
    case 'radio_buttons':
    case 'checkboxes':
      checkOptions(element['options'], 10, path, say)
      return checkInitial(element, path, say)
    case 'static_select':
    case 'multi_static_select': {
      const groups = element['option_groups']
      if (groups === undefined) checkOptions(element['options'], 100, path, say)
      else if (element['options'] !== undefined) say(path, 'has both options and option_groups')
      else if (!Array.isArray(groups) || groups.length === 0 || groups.length > 100)
        say(path, 'option_groups are not 1 to 100')
      else {
        for (const [at, group] of groups.entries()) {
          if (!isJson(group)) say(`${path}.option_groups[${at}]`, 'is no object')
          else {
            checkPlain(group['label'], `${path}.option_groups[${at}].label`, 75, say)
            checkOptions(group['options'], 100, `${path}.option_groups[${at}]`, say)
          }
        }
      }
      return checkInitial(element, path, say)
    }
    case 'plain_text_input': {
      const [min, max] = [element['min_length'], element['max_length']]
      for (const limit of [min, max])
        if (typeof limit === 'number' && !(limit >= 0 && limit <= 3000)) say(path, `length ${limit} is not up to 3000`)
      if (max === 0) say(path, 'max_length is 0')
      if (typeof min === 'number' && typeof max === 'number' && min > max) say(path, 'min_length is over max_length')
      checkLength(element['initial_value'], `${path}.initial_value`, typeof max === 'number' ? max : 3000, say)
      return
    }
    case 'datetimepicker':
      if (element['initial_date_time'] !== undefined && !/^\d{10}$/.test(String(element['initial_date_time'])))
        say(path, 'initial_date_time is no ten digits')
      return
    case 'users_select':
      return checkId(element['initial_user'], /^[UW][A-Z0-9]+$/, path, say)
    case 'conversations_select': {
      checkId(element['initial_conversation'], /^[CDG][A-Z0-9]+$/, path, say)
      const filter = element['filter']
      if (!isJson(filter)) return
      if (Object.keys(filter).length === 0) say(path, 'filter is empty')
      const include: unknown[] = Array.isArray(filter['include']) ? filter['include'] : ['public']
      if (include.length === 0) say(path, 'filter.include is empty')
      for (const kind of include)
        if (!['im', 'mpim', 'private', 'public'].includes(String(kind))) say(path, `filter.include ${String(kind)}`)
    }
  }
}

function checkStyle(style: unknown, path: string, say: Say): void {
  if (style !== undefined && style !== 'primary' && style !== 'danger') say(path, `style ${String(style)}`)
}

function checkId(id: unknown, shape: RegExp, path: string, say: Say): void {
  if (id !== undefined && !(typeof id === 'string' && shape.test(id))) say(path, `${String(id)} is no id of Slack's`)
}

function checkOptions(options: unknown, max: number, path: string, say: Say): void {
  if (!Array.isArray(options) || options.length === 0) return say(path, 'has no options')
  if (options.length > max) say(path, `has ${options.length} options, over ${max}`)
  const values = new Set<unknown>()
  for (const [at, option] of options.entries()) {
    const where = `${path}.options[${at}]`
    if (!isJson(option)) {
      say(where, 'is no object')
      continue
    }
    checkFields(option, ['text', 'value', 'description', 'url'], where, say, false)
    checkPlain(option['text'], `${where}.text`, 75, say)
    if (typeof option['value'] !== 'string' || option['value'] === '') say(where, 'has no value')
    checkLength(option['value'], `${where}.value`, 150, say)
    if (option['description'] !== undefined) checkPlain(option['description'], `${where}.description`, 75, say)
    if (values.has(option['value'])) say(where, 'its value is there twice')
    values.add(option['value'])
  }
}

function checkInitial(element: Json, path: string, say: Say): void {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'] : []
  const options = [element, ...groups].flatMap((group) =>
    isJson(group) && Array.isArray(group['options']) ? group['options'] : [],
  )
  const all = new Set(options.map((option) => JSON.stringify(option)))
  const many = element['initial_options']
  if (many !== undefined && (!Array.isArray(many) || many.length === 0)) say(path, 'initial_options are empty')
  const chosen = [
    ...(Array.isArray(many) ? many : []),
    ...(element['initial_option'] === undefined ? [] : [element['initial_option']]),
  ]
  for (const option of chosen)
    if (!all.has(JSON.stringify(option))) say(path, 'an initial option is none of the options')
}

function checkConfirm(confirm: unknown, path: string, say: Say): void {
  if (!isJson(confirm)) return say(path, 'is no object')
  if (confirm['title'] !== undefined) checkPlain(confirm['title'], `${path}.title`, 100, say)
  checkTextObject(confirm['text'], `${path}.text`, 300, say)
  for (const key of ['confirm', 'deny'])
    if (confirm[key] !== undefined) checkPlain(confirm[key], `${path}.${key}`, 30, say)
  checkFields(confirm, ['title', 'text', 'confirm', 'deny', 'style'], path, say, false)
  checkStyle(confirm['style'], path, say)
}

function checkImage(image: Json, path: string, say: Say): void {
  checkText(image['alt_text'], `${path}.alt_text`, 2000, say)
  const hasUrl = image['image_url'] !== undefined
  if (hasUrl === (image['slack_file'] !== undefined)) say(path, 'needs one of image_url and slack_file')
  if (hasUrl) checkUrl(image['image_url'], `${path}.image_url`, say)
}

const richParts = new Set(['rich_text_section', 'rich_text_quote', 'rich_text_preformatted', 'rich_text_list'])

function checkRichPart(part: unknown, path: string, say: Say): void {
  if (!isJson(part)) return say(path, 'is no object')
  const type = String(part['type'])
  if (!richParts.has(type)) return say(path, `is a ${type}`)
  const elements = part['elements']
  if (!Array.isArray(elements) || elements.length === 0) return say(path, 'has no elements')
  checkFields(
    part,
    type === 'rich_text_list' ? ['elements', 'style', 'indent', 'border', 'offset'] : ['elements', 'border'],
    path,
    say,
  )
  if (type === 'rich_text_list') {
    const indent = part['indent']
    if (indent !== undefined && !(typeof indent === 'number' && indent >= 0 && indent <= 8)) say(path, 'indent')
    if (part['style'] !== 'bullet' && part['style'] !== 'ordered') say(path, `style ${String(part['style'])}`)
    for (const [at, item] of elements.entries()) {
      if (isJson(item) && item['type'] === 'rich_text_section') checkRichPart(item, `${path}.elements[${at}]`, say)
      else say(`${path}.elements[${at}]`, 'is no section')
    }
    return
  }
  for (const [at, piece] of elements.entries()) checkPiece(piece, type, `${path}.elements[${at}]`, say)
}

const pieceFields: Record<string, string[]> = {
  text: ['text', 'style'],
  link: ['url', 'text', 'style', 'unsafe'],
  user: ['user_id', 'style'],
  date: ['timestamp', 'format', 'fallback', 'url', 'style'],
  emoji: ['name', 'unicode', 'style'],
  channel: ['channel_id', 'style'],
  usergroup: ['usergroup_id', 'style'],
}
const styles = ['bold', 'italic', 'strike', 'underline', 'code', 'highlight', 'client_highlight', 'unlink']

function checkPiece(piece: unknown, parent: string, path: string, say: Say): void {
  if (!isJson(piece)) return say(path, 'is no object')
  const type = String(piece['type'])
  const fields = pieceFields[type]
  if (!fields) return say(path, `is a ${type}`)
  checkFields(piece, fields, path, say)
  if (piece['style'] !== undefined) {
    if (!isJson(piece['style'])) say(path, 'style is no object')
    else checkFields(piece['style'], styles, `${path}.style`, say, false)
  }
  if (parent === 'rich_text_preformatted' && type !== 'text' && type !== 'link')
    say(path, `a ${type} in preformatted text`)
  switch (type) {
    case 'text':
      // Spaces between two pieces are no fault.
      if (typeof piece['text'] !== 'string' || piece['text'] === '') say(path, 'is empty')
      return
    case 'link':
      if (piece['text'] !== undefined) checkText(piece['text'], path, 3000, say)
      return checkUrl(piece['url'], path, say)
    case 'user':
      return checkId(piece['user_id'] ?? '', /^[UW][A-Z0-9]+$/, path, say)
    case 'channel':
      return checkId(piece['channel_id'] ?? '', /^[CG][A-Z0-9]+$/, path, say)
    case 'usergroup':
      return checkId(piece['usergroup_id'] ?? '', /^S[A-Z0-9]+$/, path, say)
    case 'date':
      if (!Number.isInteger(piece['timestamp'])) say(path, 'timestamp is no whole number')
      return checkText(piece['format'], path, 3000, say)
  }
}

function checkTextObject(text: unknown, path: string, max: number, say: Say): void {
  if (!isJson(text)) return say(path, 'is no text object')
  if (text['type'] === 'plain_text') return checkPlain(text, path, max, say)
  if (text['type'] !== 'mrkdwn') return say(path, `is of type ${String(text['type'])}`)
  checkFields(text, ['text', 'verbatim'], path, say)
  checkText(text['text'], path, max, say)
}

function checkPlain(text: unknown, path: string, max: number, say: Say): void {
  if (!isJson(text) || text['type'] !== 'plain_text') return say(path, 'is no plain_text')
  checkFields(text, ['text', 'emoji'], path, say)
  checkText(text['text'], path, max, say)
}

function checkText(text: unknown, path: string, max: number, say: Say): void {
  if (typeof text !== 'string') return say(path, 'is no text')
  if (text.trim() === '') say(path, 'is empty')
  checkLength(text, path, max, say)
}

function checkLength(text: unknown, path: string, max: number, say: Say): void {
  if (text === undefined) return
  if (typeof text !== 'string') say(path, 'is no text')
  else if (text.length > max) say(path, `has ${text.length} characters, over ${max}`)
}

function checkUrl(url: unknown, path: string, say: Say): void {
  checkLength(url, path, 3000, say)
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
    say(path, `${String(url)} is no web address`)
}

function checkFields(value: Json, allowed: string[], path: string, say: Say, hasType = true): void {
  for (const key of Object.keys(value))
    if (!allowed.includes(key) && !(hasType && key === 'type')) say(path, `has a field ${key}`)
}

/** A half of a character, or a control character, makes Slack refuse or mangle the whole. */
function checkWellFormed(blocks: unknown[], say: Say): void {
  const text = JSON.stringify(blocks)
  if (/\\ud[89a-f][0-9a-f]{2}/.test(text)) say('blocks', 'have half a character')
}

/** Every text in it; Slack's own count is not documented. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, part]) => sum + (key === 'type' ? 0 : sizeOf(part)), 0)
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
