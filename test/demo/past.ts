import type { Sentiment, Theme, Urgency } from '../../src/interactions/interaction.ts'

/** What people wrote to Lantern Street Cycles in the weeks before the morning, and what the shop answered. */
export interface Matter {
  theme: Theme
  topic: string
  sentiment: Sentiment
  urgency: Urgency
  subject: string
  text: string
  reply: string
  /** How often it comes, against the others. */
  weight: number
}

export const matters: Matter[] = [
  {
    theme: 'question',
    topic: 'opening hours',
    sentiment: 'neutral',
    urgency: 'normal',
    subject: 'Opening hours',
    text: 'Hello, how long are you open on Saturday?',
    reply: 'Hello,\n\non Saturday we are open from 10:00 to 16:00.',
    weight: 5,
  },
  {
    theme: 'question',
    topic: 'repair',
    sentiment: 'neutral',
    urgency: 'normal',
    subject: 'A service',
    text: 'Do I need an appointment for a small service, and what does it cost?',
    reply: 'Hello,\n\nno appointment is needed: bring the bicycle before 11:00. A small service costs 59 €.',
    weight: 6,
  },
  {
    theme: 'question',
    topic: 'delivery',
    sentiment: 'neutral',
    urgency: 'normal',
    subject: 'Delivery to Lyon',
    text: 'How long does a bicycle take to Lyon, and does it come assembled?',
    reply: 'Hello,\n\nit takes 3 to 6 working days, and it comes fully assembled.',
    weight: 4,
  },
  {
    theme: 'question',
    topic: 'returns',
    sentiment: 'neutral',
    urgency: 'low',
    subject: 'Sending a saddle back',
    text: 'The saddle is too wide for me. It is unused. Can I send it back?',
    reply: 'Hello,\n\nyes, within 30 days and in the original box.',
    weight: 3,
  },
  {
    theme: 'complaint',
    topic: 'delivery',
    sentiment: 'negative',
    urgency: 'high',
    subject: 'Where is my bicycle?',
    text: 'My order should have been here last week, and the tracking link shows nothing. What is going on?',
    reply:
      'Hello,\n\nwe are sorry that you wait. We have asked the carrier, and will let you know today what they say.',
    weight: 1.5,
  },
  {
    theme: 'complaint',
    topic: 'repair',
    sentiment: 'negative',
    urgency: 'normal',
    subject: 'The gears jump again',
    text: 'I fetched my bicycle from you on Friday, and the gears jump just as before.',
    reply:
      'Hello,\n\nthat should not be so. Bring it in before 11:00: we will repair it while you wait, free of charge.',
    weight: 1.5,
  },
  {
    theme: 'compliment',
    topic: 'service',
    sentiment: 'positive',
    urgency: 'low',
    subject: 'Thank you',
    text: 'Just to say: the fitting was the best I ever had. Thank you, Mei!',
    reply: 'Thank you. I have read it out to Mei, and she is very glad.',
    weight: 3,
  },
  {
    theme: 'suggestion',
    topic: 'website',
    sentiment: 'neutral',
    urgency: 'low',
    subject: 'Sizes on your site',
    text: 'It would help if the shop showed which sizes are there at the moment.',
    reply: 'Hello,\n\nthat is a good idea, and I have passed it on. Until then: ask us, and we look on the shelf.',
    weight: 1.5,
  },
  {
    theme: 'comparison',
    topic: 'price',
    sentiment: 'neutral',
    urgency: 'normal',
    subject: 'The Heron is cheaper elsewhere',
    text: 'Another shop has the Heron for 90 € less. Can you match that?',
    reply: 'Hello,\n\nwe don’t match prices. With us it comes assembled, and the first service is included.',
    weight: 1,
  },
]

/** What many wrote about on the last day. */
export const lateBicycle = 4

/** Nobody of the morning is among them. Each writes always in the same way. */
export const regulars = [
  'Hannah Brandt',
  'Luc Moreau',
  'Edda Lang',
  'Camille Fournier',
  'Ilse Vermeer',
  'Piotr Nowak',
  'Rosa Jimenez',
  'Henrik Dahl',
  'Maeve Byrne',
  'Otto Zeller',
  'Farah Amini',
  'Gwen Parry',
  'Bruno Costa',
  'Yuki Tanaka',
  'Tilda Ek',
  'Hugo Lefevre',
  'Nadia Kern',
  'Simon Blake',
  'Clara Vogt',
  'Emil Horak',
  'Asha Patel',
  'Joris Bakker',
  'Lena Fuchs',
  'Owen Hughes',
  'Sofia Rossi',
  'Theo Martin',
  'Vera Lund',
  'Will Carter',
  'Zara Khan',
  'Ben Adler',
]

/** Whom nobody has answered yet: since when on the last day. */
export const unanswered = [
  {
    at: '09:40',
    name: 'Friedrich Baumann',
    email: 'f.baumann@example.org',
    subject: 'My order LSC-20961 has not arrived',
    text: 'Hello, I took a day off to receive my bicycle, and nobody came. This is the second time. When does it come?',
  },
  {
    at: '17:55',
    name: 'Agnes Whitlock',
    email: 'agnes.whitlock@example.com',
    subject: 'Mudguards for a Heron 52',
    text: 'Hello, do you have mudguards for a Heron in size 52, and can I have them fitted on Saturday?',
  },
]
