import { defineConfig } from 'vitest/config';

/** What a browser shows comes when it comes: expect.poll() waits so many milliseconds. */
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{language,server,simulator,client}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/vscode/**', 'test/architecture/**', 'test/panel/browser/**', 'node_modules/**'],
          // Each takes milliseconds; on a busy machine the first of a file, which starts the parser, may take many seconds.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], testTimeout: 60_000 } },
      {
        // One browser: one file after the other. The panel is that of dist/.
        test: {
          name: 'panel',
          include: ['test/panel/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: patient,
          fileParallelism: false,
        },
      },
      {
        // One VS Code server, one browser: one file after the other.
        test: {
          name: 'vscode',
          include: ['test/vscode/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: patient,
          // Keys and clicks reach a real workbench through a browser, and a busy machine loses one now and then; npm test names
          // what passed at the second try only.
          retry: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
