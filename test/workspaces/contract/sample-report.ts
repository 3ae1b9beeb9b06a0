import type { CardLink, Report } from '../../../src/workspaces/report.ts'

const link = (number: number, text: string): CardLink => ({
  conversationId: `00000000-0000-7000-8000-00000000000${number}`,
  text,
  url: null,
})

/** A busy day, with everything a report can say. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    id: '0197c3a0-0000-7000-8000-0000000000aa',
    title: 'Friday 20 November 2026',
    headline:
      'Half the answers took over 42 min, usually 20 min: they waited longer for a person; 14 complaints about delivery came in, usually 6.',
    note: 'Sent late: Deskbell was not running at 09:00',
    figures: [
      { label: 'Answered', value: '52', change: '48 the day before, usually 50', tone: 'plain', opens: 0 },
      { label: 'Median', value: '42 min', change: '20 min the day before, usually 19 min', tone: 'bad', opens: 0 },
      { label: 'Slowest tenth', value: '3 h 5 min', change: '1 h 40 min the day before', tone: 'bad', opens: 0 },
      { label: 'Within target', value: '81 %', change: '93 % the day before, usually 92 %', tone: 'warn', opens: 1 },
      { label: 'Still waiting', value: '7', change: '3 of them late', tone: 'warn', opens: 2 },
    ],
    waiting: [
      link(1, '19 h · Mia Jansen · Email · Asks where the parcel is'),
      link(2, '6 h 10 min · Jonas Weber · Contact form · Wants to cancel'),
      link(3, '3 h 5 min · Aiko · Live chat · Broken lid'),
    ],
    sections: [
      {
        title: 'Rose and fell',
        lines: [
          {
            label: 'Complaints about delivery',
            text: '14, usually 6',
            tone: 'bad',
            opens: 3,
            example: link(4, 'Ben Okafor · Email · The parcel has been in Cologne for five days'),
          },
          {
            label: 'Compliments about support',
            text: '9, usually 4',
            tone: 'good',
            opens: 4,
            example: link(5, 'Lena · Live chat · Thanks, that was quick'),
          },
        ],
      },
      {
        title: 'Who answered',
        lines: [
          { label: 'Ana Ruiz', text: '21 · median 12 min', tone: 'plain', opens: 5, example: null },
          { label: 'Tom', text: '18 · median 55 min', tone: 'plain', opens: 6, example: null },
        ],
      },
      {
        title: 'Drafts',
        lines: [
          { label: 'Sent as drafted', text: '31 (60 %)', tone: 'plain', opens: 7, example: null },
          { label: 'Edited', text: '15 (29 %)', tone: 'plain', opens: 8, example: null },
          { label: 'Rewritten', text: '6 (11 %)', tone: 'plain', opens: 9, example: null },
        ],
      },
      {
        title: 'Customers',
        lines: [
          { label: 'Satisfied', text: '88 % of 17', tone: 'good', opens: 10, example: null },
          { label: 'Net promoter score', text: '+41 of 22', tone: 'plain', opens: 11, example: null },
        ],
      },
      {
        title: 'Delivery',
        lines: [{ label: 'Not delivered', text: '2', tone: 'bad', opens: 12, example: null }],
      },
    ],
    charts: [
      {
        id: 'response-time',
        title: 'Response time, last 14 days',
        alt: 'Median response time per day from 7 to 20 November: between 15 and 25 minutes, then 42 minutes on the 20th. The target is 60 minutes.',
        kind: 'line',
        unit: 'minutes',
        categories: ['7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20'],
        series: [
          { name: 'Median', role: 'value', values: [18, null, 22, 19, 17, 24, 21, 16, null, 20, 18, 25, 20, 42] },
          {
            name: 'Slowest tenth',
            role: 'value',
            values: [70, null, 92, 81, 66, 110, 95, 61, null, 84, 77, 120, 100, 185],
          },
          { name: 'Target', role: 'target', values: Array.from({ length: 14 }, () => 60) },
        ],
      },
      {
        id: 'themes',
        title: 'What came in, last 14 days',
        alt: 'Interactions per day by theme from 7 to 20 November: about 50 a day, of which 12 complaints, and 24 complaints on the 20th.',
        kind: 'bar',
        unit: 'interactions',
        categories: ['7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20'],
        series: [
          { name: 'Compliment', role: 'value', values: [6, 0, 8, 7, 5, 9, 8, 6, 0, 7, 8, 9, 6, 9] },
          { name: 'Complaint', role: 'value', values: [11, 2, 12, 13, 10, 12, 14, 11, 3, 12, 11, 13, 12, 24] },
          { name: 'Question', role: 'value', values: [22, 4, 25, 23, 21, 24, 22, 20, 5, 23, 24, 22, 21, 20] },
          { name: 'Suggestion', role: 'value', values: [3, 0, 4, 2, 3, 5, 3, 2, 1, 3, 4, 2, 3, 4] },
          { name: 'Comparison', role: 'value', values: [1, 0, 2, 1, 0, 1, 2, 1, 0, 1, 0, 2, 1, 1] },
        ],
      },
    ],
    ...changes,
  }
}

/** A day on which nothing happened. */
export function quietReport(): Report {
  return {
    id: '0197c3a0-0000-7000-8000-0000000000ab',
    title: 'Thursday 19 November 2026',
    headline: 'Nothing came in, and nobody is waiting.',
    note: null,
    figures: [
      { label: 'Answered', value: '0', change: null, tone: 'plain', opens: null },
      { label: 'Still waiting', value: '0', change: null, tone: 'good', opens: null },
    ],
    waiting: [],
    sections: [],
    charts: [],
  }
}
