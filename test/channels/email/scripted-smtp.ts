import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What to answer: a line, or one of the ways in which a connection goes wrong. */
export type Answer = string | 'drop' | 'silence'

interface ScriptedSmtp {
  port: number
  /** The contents that were received up to the final dot. */
  mails: string[]
  [Symbol.asyncDispose](): Promise<void>
}

type Step = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'content' | 'dot'

const usual: Record<Step, Answer> = {
  greeting: '220 ready',
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  content: '',
  dot: '250 taken',
}

/** An SMTP server that misbehaves at one step. `content`: as soon as the first of the mail arrives. */
export async function scriptedSmtp(script: Partial<Record<Step, Answer>>): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>()
  const mails: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).setEncoding('utf8')
    const reply = (step: Step) => {
      const answer = { ...usual, ...script }[step]
      if (answer === 'drop') socket.destroy()
      else if (answer && answer !== 'silence') socket.write(`${answer}\r\n`)
    }
    let received = ''
    let isContent = false
    reply('greeting')
    socket.on('data', (chunk) => {
      received += chunk
      if (isContent) {
        reply('content')
        if (!received.endsWith('\r\n.\r\n')) return
        mails.push(received)
        isContent = false
        received = ''
        reply('dot')
        return
      }
      for (let end = received.indexOf('\r\n'); end >= 0; end = received.indexOf('\r\n')) {
        const verb = received.slice(0, 4).toUpperCase()
        received = received.slice(end + 2)
        if (verb === 'QUIT') socket.end('221 bye\r\n')
        else if (verb in usual) reply(verb as Step)
        else socket.write('502 what?\r\n')
        if (verb === 'DATA') isContent = true
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
