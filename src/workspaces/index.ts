/** Every workspace, a line each. */
export { discord } from './discord/index.ts'
export { slack } from './slack/index.ts'
export { web } from './web/index.ts'
