import { assistantEnv } from '../../src/assistant/env.ts'
import { channelTypes, coreEnv, workspaceTypes } from '../../src/config.ts'
import type { EnvSpec } from '../../src/env.ts'

const parts: { name: string; env: EnvSpec }[] = [
  { name: 'The program', env: coreEnv },
  { name: 'The assistant', env: assistantEnv },
  ...workspaceTypes,
  ...channelTypes,
]

/** README's table of settings, between its two comments. */
export function settingsTable(): string {
  return [
    '| setting | for |',
    '|---|---|',
    ...parts.flatMap(({ name, env }) => [
      `| **${name}** | |`,
      ...Object.entries(env).map(([variable, { about }]) => `| \`${variable}\` | ${about.replaceAll('|', '\\|')} |`),
    ]),
  ].join('\n')
}

/** Finds that table in README. */
export const settingsPattern = /(?<=<!-- settings -->\n)[\s\S]*?(?=\n<!-- end -->)/

/** The whole of .env.example. */
export function envExample(): string {
  return [
    '# Copy to .env. Nothing is needed to try Deskbell; what is set is switched on.',
    ...parts.flatMap(({ name, env }) => [
      '',
      `# ${name}`,
      ...Object.entries(env).flatMap(([variable, { about, example: value }]) => [
        `# ${about}`,
        `#${variable}=${value ?? ''}`,
      ]),
    ]),
    '',
    '# For compose.yaml',
    '#POSTGRES_PASSWORD=',
    '',
  ].join('\n')
}
