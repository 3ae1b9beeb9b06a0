/** Every workspace, a line each. */
export { web } from './web/index.ts'
