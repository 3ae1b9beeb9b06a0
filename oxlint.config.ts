import { readdirSync } from 'node:fs'
import { defineConfig } from 'oxlint'

type Pattern = ({ regex: string } | { group: string[] }) & { message: string }

/** Each SDK has one owner; everybody else reaches it through the owner's contract. */
const owners: { packages: string; owner: string }[] = [
  { packages: 'openai(/.*)?|tinyld', owner: 'src/assistant' },
  { packages: '@slack/.*', owner: 'src/workspaces/slack' },
  { packages: 'discord\\.js|@discordjs/.*|discord-api-types(/.*)?', owner: 'src/workspaces/discord' },
  { packages: 'pg-boss|node-cron', owner: 'src/jobs' },
  { packages: 'drizzle-orm(/.*)?|postgres|@electric-sql/.*', owner: 'src/db and the queries of the nouns' },
  { packages: 'imapflow|mailparser|nodemailer(/.*)?|mailauth(/.*)?|email-reply-parser', owner: 'src/channels/email' },
  { packages: 'jose(/.*)?', owner: 'src/channels/google-reviews' },
  { packages: 'prom-client', owner: 'src/metrics.ts' },
  { packages: 'pino', owner: 'src/log.ts' },
  { packages: '@hono/node-server|hono(/.*)?', owner: 'src/http and pages' },
  { packages: 'echarts(/.*)?|@resvg/.*|dejavu-fonts-ttf', owner: 'src/workspaces/kit' },
]

const sdk = (except: string[] = []): Pattern[] =>
  owners
    .filter(({ owner }) => !except.some((prefix) => owner.startsWith(prefix)))
    .map(({ packages, owner }) => ({ regex: `^(${packages})$`, message: `Only ${owner} uses this package.` }))

const above = (...parts: string[]): Pattern => ({
  regex: `^(\\.\\./)+(${parts.join('|')})(\\.ts$|/)`,
  message:
    'Imports point down only: main → app → http · jobs · registries → verbs → contracts · queue · db → pure nouns · errors.',
})

/** Every adapter's folder. No import of an adapter's own files names its folder, so naming one means another's. */
const adapterFolders = ['src/channels', 'src/workspaces'].flatMap((folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name !== 'kit' ? [entry.name] : [],
  ),
)
const notAdapters: Pattern = {
  regex: `/(${adapterFolders.join('|')})/`,
  message: 'Only the registries import an adapter; verbs reach it through ctx.',
}

/** The files of the nouns' folders that are pure, and may be used by everybody. */
const pureNouns = [
  'interactions/interaction.ts',
  'conversations/conversation.ts',
  'drafts/draft.ts',
  'replies/reply.ts',
  'settings/tuning.ts',
  'settings/hours.ts',
  'posts/post.ts',
  'measures/numbers.ts',
  'measures/period.ts',
  'digests/schedule.ts',
  'history/exchange.ts',
  'history/dates.ts',
  'history/fold.ts',
  'customers/keys.ts',
  'replies/promises.ts',
  'windows/window.ts',
]
const notVerbs: Pattern = {
  group: [
    'interactions',
    'conversations',
    'customers',
    'drafts',
    'replies',
    'measures',
    'digests',
    'targets',
    'surges',
    'settings',
    'posts',
    'forms',
    'teammates',
    'history',
    'erasures',
    'audit',
    'windows',
    'accounts',
  ]
    .map((noun) => `**/${noun}/*`)
    .concat(pureNouns.map((file) => `!**/${file}`)),
  message: 'Here only the pure nouns may be known, never a verb or a query.',
}

const adapter: Pattern[] = [
  above('main', 'app', 'config', 'context', 'doctor', 'http', 'jobs', 'db'),
  notVerbs,
  notAdapters,
]

const restricted = (...patterns: Pattern[]): { 'no-restricted-imports': ['error', { patterns: Pattern[] }] } => ({
  'no-restricted-imports': ['error', { patterns }],
})

export default defineConfig({
  categories: { correctness: 'error', suspicious: 'error', perf: 'warn' },
  options: { denyWarnings: true },
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'no-console': 'error',
    'no-await-in-loop': 'off',
    'oxc/no-map-spread': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
  },
  overrides: [
    {
      // Verbs, queries and what they share.
      files: [
        'src/{interactions,conversations,customers,drafts,replies,measures,digests,targets,surges,settings,posts,forms,teammates,history,erasures,audit,windows,accounts}/**/*.ts',
      ],
      rules: restricted(above('main', 'app', 'config', 'doctor', 'http'), notAdapters, ...sdk(['src/db'])),
    },
    {
      files: ['src/jobs/**/*.ts'],
      rules: restricted(above('main', 'app', 'config', 'doctor', 'http'), notAdapters, ...sdk(['src/jobs', 'src/db'])),
    },
    {
      files: ['src/db/**/*.ts'],
      rules: restricted(
        above('main', 'app', 'config', 'doctor', 'http', 'workspaces', 'channels', 'assistant'),
        ...sdk(['src/db', 'src/jobs']),
      ),
    },
    {
      files: ['src/http/**/*.ts'],
      rules: restricted(above('main', 'app', 'config', 'doctor'), notAdapters, ...sdk(['src/http', 'src/db'])),
    },
    {
      files: ['src/assistant/**/*.ts'],
      rules: restricted(
        above('main', 'app', 'config', 'context', 'doctor', 'http', 'jobs', 'db', 'channels', 'workspaces'),
        notVerbs,
        ...sdk(['src/assistant']),
      ),
    },
    { files: ['src/channels/*/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/http'])) },
    { files: ['src/channels/email/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/channels/email'])) },
    {
      files: ['src/channels/google-reviews/**/*.ts'],
      rules: restricted(...adapter, ...sdk(['src/channels/google-reviews'])),
    },
    { files: ['src/workspaces/web/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/http'])) },
    { files: ['src/workspaces/slack/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/workspaces/slack'])) },
    { files: ['src/workspaces/discord/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/workspaces/discord'])) },
    { files: ['src/workspaces/kit/**/*.ts'], rules: restricted(...adapter, ...sdk(['src/workspaces/kit'])) },
    {
      // Contracts, pure nouns, and what everybody may use.
      files: [
        'src/{channels/channel,workspaces/workspace,workspaces/card*,workspaces/message,workspaces/form,workspaces/report,workspaces/found,workspaces/{command*,nearest},errors,env,id,clock}.ts',
        ...pureNouns.map((file) => `src/${file}`),
      ],
      rules: restricted(
        above('main', 'app', 'config', 'context', 'doctor', 'http', 'jobs', 'db'),
        notAdapters,
        ...sdk(),
      ),
    },
  ],
})
