import type { types } from '@slack/bolt'
import type { AnswerLine, Home, SettingsPage } from '../../workspace.ts'
import { listBlock } from './answer.ts'
import { button, context, header, maxModalBlocks, plain, type Block } from './elements.ts'
import { formButton } from './form-link.ts'
import { settingsBlocks } from './settings.ts'
import { oneLine } from '../../kit/text.ts'

/** Opens `settingsModal`. */
export const settingsAction = 'settings'

/** What a teammate finds when they open the bot. Managers find the settings below, or a button where none are given. */
export function homeView(home: Home, settings: SettingsPage | null): types.HomeView {
  const log = formButton({ label: 'Log a call or visit', form: 'log', about: {} }, 'open', 9999)
  const buttons = [
    ...(log ? [log] : []),
    ...(home.isManager && settings === null ? [button('Settings', settingsAction, settingsAction)] : []),
  ]
  return {
    type: 'home',
    blocks: [
      ...part('Waiting for you', home.mine, home.mine.length, 'Nothing is assigned to you.'),
      ...part('Waiting', home.waiting, home.waitingCount, 'Nobody waits.'),
      ...part('You answered today', home.answered, home.answeredCount, 'Nothing yet.'),
      { type: 'actions' as const, elements: buttons },
      ...(settings ? [{ type: 'divider' as const }, ...settingsBlocks(settings)] : []),
    ].slice(0, maxModalBlocks),
  }
}

/** For somebody who may see nothing. */
export function refusedHome(reason: string): types.HomeView {
  return { type: 'home', blocks: [context(plain(oneLine(reason, 1000)))] }
}

const maxLines = 15

function part(name: string, lines: AnswerLine[], count: number, none: string): Block[] {
  const listed = listBlock(lines.slice(0, maxLines), maxLines, 8000)
  const more = count - Math.min(lines.length, maxLines)
  return [
    header(count > 0 ? `${name} · ${count.toLocaleString('en')}` : name),
    listed ?? context(plain(none)),
    ...(listed && more > 0 ? [context(plain(`and ${more.toLocaleString('en')} more: /desk open`))] : []),
  ]
}
