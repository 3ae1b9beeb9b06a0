import { defineConfig } from 'vitest/config'

const shared = { testTimeout: 30_000, hookTimeout: 60_000 }

// What needs a database is named *.db.test.ts, and runs on both kinds.
export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    // Many tests wait for a peer or for a moment: two would leave two cores idle for a fourth of the time.
    maxWorkers: 3,
    projects: [
      { test: { ...shared, name: 'plain', include: ['test/**/*.test.ts'], exclude: ['**/*.db.test.ts'] } },
      { test: { ...shared, name: 'pglite', include: ['test/**/*.db.test.ts'], provide: { databaseKind: 'pglite' } } },
      {
        test: { ...shared, name: 'postgres', include: ['test/**/*.db.test.ts'], provide: { databaseKind: 'postgres' } },
      },
    ],
  },
})
