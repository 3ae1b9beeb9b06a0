/**
 * Discord's limits, so that no test needs Discord to find out that it would refuse something.
 * From https://docs.discord.com/developers/components/reference, …/interactions/receiving-and-responding and
 * …/interactions/application-commands.
 */
type Json = Record<string, unknown>
type Say = (path: string, problem: string) => void

interface Totals {
  components: number
  characters: number
  ids: Set<unknown>
  customIds: Set<unknown>
}

/** What Discord would refuse of a message made of components, a line each; empty when it would take it. */
export function problemsOf(message: unknown): string[] {
  return checked((say) => {
    if (!isJson(message)) return say('message', 'is no object')
    const others = ['nonce', 'enforce_nonce', 'attachments', 'message_reference', 'files']
    checkFields(message, ['flags', 'components', 'allowed_mentions', ...others], 'message', say)
    const flags = message['flags']
    if (typeof flags !== 'number' || (flags & isComponentsV2) === 0) say('flags', 'do not say that it has components')
    if (typeof message['nonce'] === 'string') checkLength(message['nonce'], 'nonce', 1, 25, say)
    checkMentions(message['allowed_mentions'], say)
    const totals = newTotals()
    const components = message['components']
    if (!Array.isArray(components) || components.length === 0) return say('components', 'are none')
    components.forEach((one, at) => checkComponent(one, onTop, `components[${at}]`, totals, say))
    checkTotals(totals, say)
    checkWellFormed(message, say)
  })
}

const modalLabels = { 3: 'select', 4: 'text', 5: 'select', 6: 'select', 7: 'select', 8: 'select' }

/** The same of a modal. */
export function modalProblemsOf(modal: unknown): string[] {
  return checked((say) => {
    if (!isJson(modal)) return say('modal', 'is no object')
    checkFields(modal, ['title', 'custom_id', 'components'], 'modal', say)
    checkText(modal['title'], 'title', 45, say)
    checkText(modal['custom_id'], 'custom_id', 100, say)
    const totals = newTotals()
    const components = modal['components']
    if (!Array.isArray(components) || components.length === 0) return say('components', 'are none')
    if (components.length > 5) say('components', `are ${components.length}, over 5`)
    for (const [at, component] of components.entries()) checkModalPart(component, `components[${at}]`, totals, say)
    checkTotals(totals, say)
    checkWellFormed(modal, say)
  })
}

/** The same of a command: of a slash command, or one in a context menu. */
export function commandProblemsOf(command: unknown): string[] {
  return checked((say) => {
    if (!isJson(command)) return say('command', 'is no object')
    const type = command['type'] ?? 1
    if (type === 2 || type === 3) {
      checkText(command['name'], 'name', 32, say)
      if (command['description'] !== undefined && command['description'] !== '')
        say('description', 'has no place in a menu')
      if (command['options'] !== undefined) say('options', 'have no place in a menu')
    } else if (type === 1) checkCommand(command, 'command', 0, say)
    else say('type', `is ${String(type)}`)
    const rights = command['default_member_permissions']
    if (rights !== undefined && rights !== null && !/^\d+$/.test(String(rights)))
      say('default_member_permissions', 'is no number')
    checkWellFormed(command, say)
    if (characters(commandTexts(command).join('')) > 8000) say('command', 'has over 8000 characters')
  })
}

const isComponentsV2 = 1 << 15
const names: Record<number, string> = {
  1: 'row',
  2: 'button',
  3: 'menu',
  4: 'text input',
  5: 'menu',
  6: 'menu',
  7: 'menu',
  8: 'menu',
  9: 'section',
  10: 'text',
  11: 'thumbnail',
  12: 'gallery',
  13: 'file',
  14: 'separator',
  17: 'container',
  18: 'label',
}
const inContainers = ['row', 'section', 'text', 'gallery', 'file', 'separator']
const onTop = [...inContainers, 'container']

function checkComponent(component: unknown, allowed: string[], path: string, totals: Totals, say: Say): void {
  if (!isJson(component)) return say(path, 'is no object')
  const kind = names[Number(component['type'])] ?? `component of type ${String(component['type'])}`
  if (!allowed.includes(kind)) return say(path, `a ${kind} does not belong here`)
  count(component, path, totals, say)
  const fields = (...more: string[]) => checkFields(component, ['type', 'id', ...more], path, say)
  const inside = (min: number, max: number, what: string[], key = 'components') => {
    const parts = component[key]
    if (!Array.isArray(parts) || parts.length < min || parts.length > max)
      return say(`${path}.${key}`, `are not ${min} to ${max}`)
    parts.forEach((part, at) => checkComponent(part, what, `${path}.${key}[${at}]`, totals, say))
  }
  switch (kind) {
    case 'container': {
      fields('components', 'accent_color', 'spoiler')
      const colour = component['accent_color']
      if (colour !== undefined && colour !== null && !isWhole(colour, 0, 0xffffff))
        say(path, 'accent_color is no colour')
      return inside(1, 40, inContainers)
    }
    case 'row': {
      fields('components')
      const parts = Array.isArray(component['components']) ? component['components'] : []
      const menus = parts.filter((part) => isJson(part) && names[Number(part['type'])] === 'menu').length
      if (menus > 0 && parts.length > 1) say(path, 'has more than a menu')
      return inside(1, 5, ['button', 'menu'])
    }
    case 'section':
      fields('components', 'accessory')
      checkComponent(component['accessory'], ['button', 'thumbnail'], `${path}.accessory`, totals, say)
      return inside(1, 3, ['text'])
    case 'text':
      fields('content')
      checkText(component['content'], `${path}.content`, 4000, say)
      totals.characters += characters(component['content'])
      return
    case 'separator':
      fields('divider', 'spacing')
      if (component['spacing'] !== undefined && !isWhole(component['spacing'], 1, 2)) say(path, 'spacing is not 1 or 2')
      return
    case 'gallery': {
      fields('items')
      const items = component['items']
      if (!Array.isArray(items) || items.length < 1 || items.length > 10) return say(`${path}.items`, 'are not 1 to 10')
      for (const [at, item] of items.entries()) {
        if (!isJson(item)) say(`${path}.items[${at}]`, 'is no object')
        else {
          checkFields(item, ['media', 'description', 'spoiler'], `${path}.items[${at}]`, say)
          checkMedia(item['media'], true, `${path}.items[${at}].media`, say)
          if (item['description'] !== undefined) checkText(item['description'], `${path}.items[${at}]`, 1024, say)
        }
      }
      return
    }
    case 'file':
      fields('file', 'spoiler')
      return checkMedia(component['file'], false, `${path}.file`, say)
    case 'thumbnail':
      fields('media', 'description', 'spoiler')
      return checkMedia(component['media'], true, `${path}.media`, say)
    case 'button':
      return checkButton(component, path, totals, say)
    case 'menu':
      return checkMenu(component, path, totals, say, false)
  }
}

function checkButton(button: Json, path: string, totals: Totals, say: Say): void {
  checkFields(button, ['type', 'id', 'style', 'label', 'emoji', 'custom_id', 'url', 'disabled'], path, say)
  const { style } = button
  if (!isWhole(style, 1, 5)) say(path, `style ${String(style)}`)
  if (button['emoji'] === undefined || button['label'] !== undefined)
    checkText(button['label'], `${path}.label`, 80, say)
  if (style === 5) {
    if (button['custom_id'] !== undefined) say(path, 'a link has a custom_id')
    const { url } = button
    if (typeof url !== 'string' || !/^(https?|discord):\/\//.test(url) || !URL.canParse(url))
      say(path, `${String(url)} is no address`)
    return checkLength(url, `${path}.url`, 1, 512, say)
  }
  if (button['url'] !== undefined) say(path, 'has an address, but is no link')
  checkCustomId(button, path, totals, say)
}

function checkModalPart(part: unknown, path: string, totals: Totals, say: Say): void {
  if (!isJson(part)) return say(path, 'is no object')
  if (part['type'] === 10) return checkComponent(part, ['text'], path, totals, say)
  if (part['type'] !== 18) return say(path, `a component of type ${String(part['type'])} does not belong here`)
  count(part, path, totals, say)
  checkFields(part, ['type', 'id', 'label', 'description', 'component'], path, say)
  checkText(part['label'], `${path}.label`, 45, say)
  if (part['description'] !== undefined) checkText(part['description'], `${path}.description`, 100, say)
  const inner = part['component']
  const at = `${path}.component`
  if (!isJson(inner)) return say(at, 'is no object')
  const kind = modalLabels[Number(inner['type']) as keyof typeof modalLabels]
  if (kind === undefined) return say(at, `a component of type ${String(inner['type'])} does not belong here`)
  count(inner, at, totals, say)
  if (kind === 'select') checkMenu(inner, at, totals, say, true)
  else checkTextInput(inner, at, totals, say)
}

function checkTextInput(input: Json, path: string, totals: Totals, say: Say): void {
  const lengths = ['min_length', 'max_length']
  checkFields(input, ['type', 'id', 'custom_id', 'style', ...lengths, 'required', 'value', 'placeholder'], path, say)
  checkCustomId(input, path, totals, say)
  if (!isWhole(input['style'], 1, 2)) say(path, `style ${String(input['style'])}`)
  const [min = 0, max = 4000] = lengths.map((key) => input[key])
  if (!isWhole(min, 0, 4000)) say(path, 'min_length is not 0 to 4000')
  if (!isWhole(max, 1, 4000)) say(path, 'max_length is not 1 to 4000')
  if (Number(min) > Number(max)) say(path, 'min_length is over max_length')
  checkLength(input['value'], `${path}.value`, 0, Math.min(4000, Number(max)), say)
  checkLength(input['placeholder'], `${path}.placeholder`, 0, 100, say)
}

const menuFields = ['type', 'id', 'custom_id', 'placeholder', 'min_values', 'max_values', 'disabled']

function checkMenu(menu: Json, path: string, totals: Totals, say: Say, isInModal: boolean): void {
  const isOfTexts = menu['type'] === 3
  const own = isOfTexts ? ['options'] : ['default_values', ...(menu['type'] === 8 ? ['channel_types'] : [])]
  checkFields(menu, [...menuFields, ...own, ...(isInModal ? ['required'] : [])], path, say)
  if (isInModal && menu['disabled'] !== undefined) say(path, 'can’t be disabled in a modal')
  checkCustomId(menu, path, totals, say)
  checkLength(menu['placeholder'], `${path}.placeholder`, 0, 150, say)
  const [min, max] = [menu['min_values'] ?? 1, menu['max_values'] ?? 1]
  if (!isWhole(min, 0, 25)) say(path, 'min_values is not 0 to 25')
  if (!isWhole(max, 1, 25)) say(path, 'max_values is not 1 to 25')
  if (Number(min) > Number(max)) say(path, 'min_values is over max_values')
  if (isInModal && min === 0 && menu['required'] !== false) say(path, 'is required, but nothing need be chosen')
  if (isOfTexts) return checkOptions(menu['options'], Number(max), path, say)
  const chosen = menu['default_values']
  if (chosen === undefined) return
  if (!Array.isArray(chosen) || chosen.length > Number(max))
    return say(path, 'default_values are more than may be chosen')
  if (chosen.length < Number(min) && chosen.length > 0) say(path, 'default_values are fewer than must be chosen')
  const kinds: Record<number, string[]> = { 5: ['user'], 6: ['role'], 7: ['user', 'role'], 8: ['channel'] }
  for (const one of chosen) {
    if (!isJson(one) || !kinds[Number(menu['type'])]?.includes(String(one['type'])))
      say(path, 'a default value is of no fit type')
    else if (!isSnowflake(one['id'])) say(path, `${String(one['id'])} is no id of Discord's`)
  }
}

function checkOptions(options: unknown, max: number, path: string, say: Say): void {
  if (!Array.isArray(options) || options.length === 0) return say(path, 'has no options')
  if (options.length > 25) say(path, `has ${options.length} options, over 25`)
  if (max > options.length) say(path, 'max_values is over the number of options')
  const values = new Set<unknown>()
  let chosen = 0
  for (const [at, option] of options.entries()) {
    const where = `${path}.options[${at}]`
    if (!isJson(option)) {
      say(where, 'is no object')
      continue
    }
    checkFields(option, ['label', 'value', 'description', 'emoji', 'default'], where, say)
    checkText(option['label'], `${where}.label`, 100, say)
    checkText(option['value'], `${where}.value`, 100, say)
    if (option['description'] !== undefined) checkText(option['description'], `${where}.description`, 100, say)
    if (values.has(option['value'])) say(where, 'its value is there twice')
    values.add(option['value'])
    if (option['default'] === true) chosen += 1
  }
  if (chosen > max) say(path, 'more is chosen than may be')
}

function checkMedia(media: unknown, maybeWeb: boolean, path: string, say: Say): void {
  if (!isJson(media)) return say(path, 'is no object')
  const url = String(media['url'])
  const isWeb = maybeWeb && /^https?:\/\//.test(url) && URL.canParse(url)
  if (!isWeb && !/^attachment:\/\/[\w.-]+$/.test(url)) say(path, `${url} is no attachment`)
}

function checkMentions(mentions: unknown, say: Say): void {
  const path = 'allowed_mentions'
  if (!isJson(mentions)) return say(path, 'are missing: everybody could be mentioned')
  checkFields(mentions, ['parse', 'users', 'roles', 'replied_user'], path, say)
  const { parse } = mentions
  if (!Array.isArray(parse) || parse.length > 0) say(path, 'let others mention whom they like')
  for (const key of ['users', 'roles']) {
    const ids = mentions[key]
    if (ids === undefined) continue
    if (!Array.isArray(ids) || ids.length > 100) say(`${path}.${key}`, 'are not up to 100')
    else for (const id of ids) if (!isSnowflake(id)) say(`${path}.${key}`, `${String(id)} is no id of Discord's`)
  }
}

/** Subcommands may stand in groups, no deeper. */
function checkCommand(command: Json, path: string, depth: number, say: Say): void {
  checkName(command['name'], path, say)
  checkText(command['description'], `${path}.description`, 100, say)
  const options = command['options']
  if (options === undefined) return
  if (!Array.isArray(options)) return say(`${path}.options`, 'are no list')
  if (options.length > 25) say(`${path}.options`, `are ${options.length}, over 25`)
  const known = new Set<unknown>()
  let isOptional = false
  const isNesting = (option: unknown) => isJson(option) && (option['type'] === 1 || option['type'] === 2)
  if (options.some(isNesting) && !options.every(isNesting)) say(path, 'has both subcommands and options')
  for (const [at, option] of options.entries()) {
    const where = `${path}.options[${at}]`
    if (!isJson(option)) {
      say(where, 'is no object')
      continue
    }
    if (known.has(option['name'])) say(where, 'its name is there twice')
    known.add(option['name'])
    if (!isWhole(option['type'], 1, 11)) say(where, `type ${String(option['type'])}`)
    if (isNesting(option)) {
      if (depth >= Number(option['type'] === 1 ? 2 : 1)) say(where, 'is nested too deep')
      checkCommand(option, where, option['type'] === 2 ? 1 : 2, say)
      continue
    }
    checkName(option['name'], where, say)
    checkText(option['description'], `${where}.description`, 100, say)
    if (option['required'] === true && isOptional) say(where, 'is required after one that is not')
    isOptional ||= option['required'] !== true
    checkChoices(option, where, say)
    checkKind(option, where, say)
  }
}

/** What only some kinds of options have: 3 is a text, 4 and 10 are numbers, 7 is a channel. */
function checkKind(option: Json, path: string, say: Say): void {
  const has = (key: string, ...kinds: number[]) => {
    if (option[key] !== undefined && !kinds.includes(Number(option['type']))) say(path, `${key} has no place here`)
  }
  has('autocomplete', 3, 4, 10)
  has('choices', 3, 4, 10)
  has('min_length', 3)
  has('max_length', 3)
  has('channel_types', 7)
  if (option['max_length'] !== undefined && !isWhole(option['max_length'], 1, 6000))
    say(path, 'max_length is not 1 to 6000')
  const types = option['channel_types']
  if (types !== undefined && (!Array.isArray(types) || !types.every((type) => isWhole(type, 0, 16))))
    say(path, 'channel_types are no kinds of channels')
}

function checkChoices(option: Json, path: string, say: Say): void {
  const choices = option['choices']
  if (option['autocomplete'] === true && choices !== undefined) say(path, 'has both choices and autocomplete')
  if (choices === undefined) return
  if (!Array.isArray(choices) || choices.length > 25) return say(path, 'choices are not up to 25')
  for (const choice of choices) {
    if (!isJson(choice)) say(path, 'a choice is no object')
    else {
      checkText(choice['name'], `${path}.choices`, 100, say)
      if (typeof choice['value'] === 'string') checkLength(choice['value'], `${path}.choices`, 1, 100, say)
    }
  }
}

function checkName(name: unknown, path: string, say: Say): void {
  if (
    typeof name !== 'string' ||
    !/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u.test(name) ||
    name !== name.toLowerCase()
  )
    say(path, `${String(name)} is no name of a command`)
}

function commandTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commandTexts)
  if (!isJson(value)) return []
  const own = ['name', 'description', 'value'].map((key) => value[key]).filter((text) => typeof text === 'string')
  return [...own, ...commandTexts(value['options']), ...commandTexts(value['choices'])]
}

function checked(check: (say: Say) => void): string[] {
  const problems: string[] = []
  check((path, problem) => problems.push(`${path}: ${problem}`))
  return problems
}

const newTotals = (): Totals => ({ components: 0, characters: 0, ids: new Set(), customIds: new Set() })

function count({ id }: Json, path: string, totals: Totals, say: Say): void {
  totals.components += 1
  if (id === undefined) return
  if (!isWhole(id, 0, 2 ** 31 - 1)) say(path, 'its id is no whole number of 31 bits')
  if (totals.ids.has(id)) say(path, 'its id is there twice')
  totals.ids.add(id)
}

function checkTotals(totals: Totals, say: Say): void {
  if (totals.components > 40) say('components', `are ${totals.components} in all, over 40`)
  if (totals.characters > 4000) say('components', `have ${totals.characters} characters in all, over 4000`)
}

function checkCustomId(component: Json, path: string, totals: Totals, say: Say): void {
  const id = component['custom_id']
  checkText(id, `${path}.custom_id`, 100, say)
  if (totals.customIds.has(id)) say(path, `custom_id ${String(id)} is there twice`)
  totals.customIds.add(id)
}

function checkText(text: unknown, path: string, max: number, say: Say): void {
  if (typeof text !== 'string') return say(path, 'is no text')
  if (text.trim() === '') say(path, 'is empty')
  checkLength(text, path, 1, max, say)
}

function checkLength(text: unknown, path: string, min: number, max: number, say: Say): void {
  if (text === undefined) return
  if (typeof text !== 'string') say(path, 'is no text')
  else if (text.length > max) say(path, `has ${text.length} characters, over ${max}`)
  else if (text.length < min) say(path, 'is empty')
}

function checkFields(value: Json, allowed: string[], path: string, say: Say): void {
  for (const key of Object.keys(value)) if (!allowed.includes(key)) say(path, `has a field ${key}`)
}

/** Half a character makes Discord refuse the whole. */
function checkWellFormed(value: unknown, say: Say): void {
  if (/\\ud[89a-f][0-9a-f]{2}/.test(JSON.stringify(value))) say('text', 'has half a character')
}

/** The stricter count: of UTF-16 units. */
const characters = (text: unknown) => (typeof text === 'string' ? text.length : 0)
const isWhole = (value: unknown, min: number, max: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
const isSnowflake = (id: unknown) => typeof id === 'string' && /^\d{5,20}$/.test(id)

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
