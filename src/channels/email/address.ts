/** Something a mail can be sent to. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>(),;:"[\]\p{Cc}]+@[^\s@<>(),;:"[\]\p{Cc}]+$/u.test(text)
}
