import EmailReplyParser from 'email-reply-parser'

const wrote =
  /(?:wrote|writes|schrieb|écrit|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti|pisze|napisał\(?a?\)?|napsala?|írta|a scris|έγραψε|пишет|писал\(?а?\)?|написал\(?а?\)?|пише|yazdı|写道|寫道|のメッセージ|が書きました|님이 작성)[^\n]{0,120}[:：]$/iu
const original =
  /^\W{0,4}-{2,}\s*(?:original message|ursprüngliche nachricht|message d.origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|oryginalna wiadomość|исходное сообщение|原始邮件|元のメッセージ)\s*-{2,}$/iu
const fromLine =
  /^[*\s]*(?:from|von|de|da|van|från|fra|lähettäjä|od|от|kimden|发件人|寄件者|差出人|보낸 사람)[*\s]*[:：]/iu
const otherLine =
  /^[*\s]*(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|enviada|fecha|data|para|asunto|assunto|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|lähetetty|vastaanottaja|aihe|wysłano|do|temat|отправлено|дата|кому|тема|gönderildi|kime|konu|发送时间|收件人|主题|寄件日期|主旨|送信日時|宛先|件名|날짜|받는 사람|제목)[*\s]*[:：]/iu
const rule = /^[-_=*\s]{5,}$/

/** Longest line that may be part of "On … wrote:". */
const headerLength = 250
/** The library backtracks on long hostile input, so it sees short text only. */
const parserLength = 4000

/**
 * The customer's own words: without what they quote and without their signature.
 * When nothing would be left, the text as it came.
 */
export function stripQuotes(text: string): string {
  const own = withoutSignature(withoutQuotes(text.split('\n')))
  return own.replace(/\n{3,}/g, '\n\n') || text.trim()
}

function withoutQuotes(lines: string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = (lines[i] ?? '').trim()
    if (line.startsWith('>')) continue
    const headerLines = attributionAt(lines, i)
    if (headerLines > 0) {
      if (!wordsFrom(lines, i + headerLines).startsWith('>')) break
      i += headerLines - 1
      continue
    }
    if (original.test(line) || isHeaderBlock(lines, i)) break
    kept.push(lines[i] ?? '')
  }
  while (kept.length > 0 && /^\s*$/.test(kept.at(-1) ?? '')) kept.pop()
  if (kept.length < lines.length && rule.test(kept.at(-1) ?? '')) kept.pop()
  return kept
}

/** The first line from `i` on that isn't empty. */
function wordsFrom(lines: string[], i: number): string {
  for (let at = i; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim()
    if (line !== '') return line
  }
  return ''
}

/** How many lines from `i` on are "On Monday, 2 March 2026 at 10:00, Anna wrote:"; clients break it in up to three. */
function attributionAt(lines: string[], i: number): number {
  let joined = ''
  for (let count = 1; count <= 3; count++) {
    const line = (lines[i + count - 1] ?? '').trim()
    if (line === '' || line.length > headerLength) return 0
    joined += ` ${line}`
    const isDated = /\d{1,2}[:.h]\d{2}|@|\d{4}/u.test(joined)
    if (/[:：]$/u.test(line)) return isDated && wrote.test(joined.trim()) ? count : 0
  }
  return 0
}

/** Outlook's "From: … Sent: … To: … Subject: …". */
function isHeaderBlock(lines: string[], i: number): boolean {
  if (!fromLine.test((lines[i] ?? '').slice(0, headerLength))) return false
  return lines.slice(i + 1, i + 7).filter((line) => otherLine.test(line.slice(0, headerLength))).length >= 2
}

function withoutSignature(lines: string[]): string {
  const mark = lines.findIndex((line, i) => line === '-- ' || (line === '--' && lines.length - i <= 12))
  const text = lines
    .slice(0, mark < 0 ? undefined : mark)
    .join('\n')
    .trim()
  if (text.length > parserLength) return text
  const shorter = new EmailReplyParser().read(text).getVisibleText().trim()
  // A greeting in mid-letter looks like a signature: believe only a short tail.
  return shorter && text.length - shorter.length <= 400 ? shorter : text
}
