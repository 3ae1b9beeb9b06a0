import type { NoticeMessage } from '../../../src/workspaces/message.ts'
import type { CardLink, Report } from '../../../src/workspaces/report.ts'
import { sampleReport } from './sample-report.ts'

/** The sample as it stands in a room that has the cards, all of them at this address. */
export function linkedReport(url: string): Report {
  const report = sampleReport()
  const linked = (link: CardLink): CardLink => ({ ...link, url })
  return {
    ...report,
    waiting: report.waiting.map(linked),
    sections: report.sections.map((section) => ({
      ...section,
      lines: section.lines.map((line) => ({ ...line, example: line.example && linked(line.example) })),
    })),
  }
}

/** That answers are late, with their cards at this address. */
export function lateNotice(url: string): NoticeMessage {
  const lines = [
    '19 h · Mia Jansen · Email · Asks where the parcel is',
    '6 h 10 min · Jonas Weber · Contact form · Wants to cancel',
    '3 h 5 min · Aiko · Live chat · Broken lid',
  ]
  return { kind: 'notice', title: '3 answers are late', lines: lines.map((text) => ({ text, url })) }
}
