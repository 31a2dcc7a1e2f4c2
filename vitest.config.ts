import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{language,server,simulator,client}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/vscode/**', 'test/architecture/**', 'test/panel/browser/**', 'node_modules/**'],
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
          fileParallelism: false,
        },
      },
    ],
  },
});
