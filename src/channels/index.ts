/** Every channel, a line each. */
export { email } from './email/index.ts'
export { form } from './form/index.ts'
export { googleReviews } from './google-reviews/index.ts'
export { liveChat } from './live-chat/index.ts'
export { log } from './log/index.ts'
export { whatsapp } from './whatsapp/index.ts'
