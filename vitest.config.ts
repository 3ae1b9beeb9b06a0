import { defineConfig } from 'vitest/config'

const shared = { testTimeout: 30_000, hookTimeout: 60_000 }

// Files share what they import, and the embedded database: starting it for each takes as long as the tests themselves.
const withDatabase = { ...shared, include: ['test/**/*.db.test.ts'], isolate: false }

// What needs a database is named *.db.test.ts, and runs on both kinds.
export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    // Many tests wait for a peer or for a moment: two would leave two cores idle for a fourth of the time.
    maxWorkers: 3,
    projects: [
      { test: { ...shared, name: 'plain', include: ['test/**/*.test.ts'], exclude: ['**/*.db.test.ts'] } },
      { test: { ...withDatabase, name: 'pglite', provide: { databaseKind: 'pglite' } } },
      { test: { ...withDatabase, name: 'postgres', provide: { databaseKind: 'postgres' } } },
    ],
  },
})
