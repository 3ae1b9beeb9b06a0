/** Every workspace, a line each. */
export { slack } from './slack/index.ts'
export { web } from './web/index.ts'
