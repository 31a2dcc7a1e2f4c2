/** The one way in for CLI tests: files and a command line → exit code, output, files afterwards. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AnalyserModule } from '../../../server/analyser.ts';
import type { CachePlace } from '../../../client/cli/cache.ts';
import { runCli } from '../../../client/cli/run.ts';
import { fakeAnalyser } from './fake-analyser.ts';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Folder {
  readonly path: string;
  run(...argv: string[]): Promise<Run>;
  read(file: string): Buffer;
  write(file: string, content: string | Buffer): void;
  mode(file: string): number;
  list(): string[];
}

export interface FolderOptions {
  readonly analyser?: AnalyserModule;
  readonly env?: Record<string, string>;
  readonly tty?: boolean;
  /** Where the built programs lie, in the folder. */
  readonly programs?: string;
  /** Where answers are kept for the next check. */
  readonly cache?: CachePlace;
}

/** A folder with files, gone after the test. */
export function folder(
  files: Readonly<Record<string, string | Buffer>>,
  { analyser = fakeAnalyser(), env = {}, tty = false, programs, cache }: FolderOptions = {},
): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'pinscope-cli-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const write = (file: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
  };
  for (const [file, content] of Object.entries(files)) write(file, content);
  return {
    path,
    write,
    async run(...argv) {
      let stdout = '';
      let stderr = '';
      const code = await runCli(argv, analyser, {
        cwd: path,
        env,
        stdoutIsTty: tty,
        stderrIsTty: tty,
        ...(programs === undefined ? {} : { programs: join(path, programs) }),
        ...(cache && { cache }),
        stdout: (text) => void (stdout += text),
        stderr: (text) => void (stderr += text),
      });
      return { code, stdout, stderr };
    },
    read: (file) => readFileSync(join(path, file)),
    mode: (file) => statSync(join(path, file)).mode & 0o777,
    list: () => readdirSync(path).sort(),
  };
}

/** `check` with `--format json`, its findings as "path:line:column rule". */
export async function check(files: Readonly<Record<string, string | Buffer>>, ...argv: string[]): Promise<string[]> {
  const { stdout, stderr, code } = await folder(files).run('check', '--format', 'json', ...argv);
  if (code === 2) throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as {
    findings: { path: string; line: number; column: number; rule: string }[];
  };
  return findings.map((one) => `${one.path}:${one.line}:${one.column} ${one.rule}`);
}

export { chmodSync, join };
