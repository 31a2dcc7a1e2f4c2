/** The command line of `pinscope check`: what can be given, and what it means. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readDefine, readSettings, readVersions, withConfigHeaders, type Settings } from '../../server/config.ts';
import { reason } from './checker.ts';
import { decode } from './encoding.ts';
import type { Formatter } from './formats/format.ts';
import { formatGcc } from './formats/gcc.ts';
import { formatGithub } from './formats/github.ts';
import { formatGitlab } from './formats/gitlab.ts';
import { formatJson } from './formats/json.ts';
import { formatPretty } from './formats/pretty.ts';
import { formatSarif } from './formats/sarif.ts';
import { UsageError, type Io } from './io.ts';

const FORMATS: Readonly<Record<string, Formatter>> = {
  pretty: formatPretty,
  json: formatJson,
  sarif: formatSarif,
  github: formatGithub,
  gitlab: formatGitlab,
  gcc: formatGcc,
};

/** `pinscope check --help`. */
export const CHECK_HELP = `Usage: pinscope check [options] PATH…

Checks C files, folders (their .c files, recursively) and globs. Obeys .gitignore, .ignore and .pinscopeignore; a file that is
named is always checked.

  --format FORMAT        pretty (default), json, sarif, github, gitlab, gcc
  --output FILE          write the result to FILE instead of standard output
  --kernel VERSION       kernel that the code is meant for, such as 6.12; may be repeated (default 6.12)
  --define NAME[=VALUE]  macro that the build defines; !NAME: one that it does not define; may be repeated
  --config FILE          the build's config header (autoconf.h, config.h) or .config; may be repeated
  --severity RULE=LEVEL  error, warning, info, hint or off; may be repeated
  --fix                  apply safe fixes to the files, then report what is left
  --baseline FILE        report only findings that FILE does not know
  --write-baseline FILE  write all findings to FILE
  -j, --jobs N           threads (default 2 for many files)
  --no-cache             check all anew: of 400 files and more, what did not change since the last check is known
  --stats                print counts and times to standard error
  --list-rules, --explain RULE
  -h, --help, --version

Exit code: 0 no findings, 1 findings, 2 the check could not be made. Colours: NO_COLOR and FORCE_COLOR are obeyed.
`;

const OPTIONS = {
  format: { type: 'string', default: 'pretty' },
  output: { type: 'string', short: 'o' },
  kernel: { type: 'string', multiple: true, default: [] as string[] },
  define: { type: 'string', short: 'D', multiple: true, default: [] as string[] },
  config: { type: 'string', multiple: true, default: [] as string[] },
  severity: { type: 'string', multiple: true, default: [] as string[] },
  fix: { type: 'boolean', default: false },
  baseline: { type: 'string' },
  'write-baseline': { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  'no-cache': { type: 'boolean', default: false },
  stats: { type: 'boolean', default: false },
  'list-rules': { type: 'boolean', default: false },
  explain: { type: 'string' },
} as const;

/** The options as they were given. */
export type Values = ReturnType<typeof parse>['values'];

/** Reads a command line; throws a usage error. */
export function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${reason(error)}\nTry: pinscope check --help`);
  }
}

/** The formatter that was asked for; throws a usage error. */
export function formatterOf({ format }: Values): Formatter {
  const formatter = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (formatter) return formatter;
  throw new UsageError(`--format ${format}: there is no such format; choose ${Object.keys(FORMATS).join(', ')}.`);
}

/** Are fixes part of what is written? Nobody waits for their proof otherwise. */
export const showsFixes = (format: string): boolean => !['gcc', 'github', 'gitlab'].includes(format);

/** The settings that the options mean; throws a usage error that names the option. */
export function settingsOf(values: Values, io: Io): Settings {
  const refuse =
    (option: string) =>
    (message: string): never => {
      throw new UsageError(`--${option}: ${message}`);
    };
  const kernelVersions = readVersions(values.kernel, refuse('kernel'));
  const defines = new Map(
    values.define.map((text) => readDefine(text) ?? refuse('define')(`"${text}" is none of NAME, NAME=VALUE, !NAME.`)),
  );
  const severity: Record<string, string> = {};
  for (const text of values.severity) {
    const [rule = '', level = '', more] = text.split('=');
    if (more !== undefined || level === '') refuse('severity')(`"${text}" is not RULE=LEVEL, such as foll-force=off.`);
    severity[rule] = level;
  }
  const { settings, problems } = readSettings({ severity });
  if (problems[0]) refuse('severity')(problems[0].message);
  const headers = values.config.map((file) => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(resolve(io.cwd, file));
    } catch (error) {
      return refuse('config')(`${file} cannot be read: ${reason(error)}.`);
    }
    return decode(bytes)?.text ?? refuse('config')(`${file} is binary.`);
  });
  return withConfigHeaders({ ...settings, kernelVersions, defines }, headers);
}

/** Number of threads, if it was given. */
export function jobsOf(values: Values): number | undefined {
  if (values.jobs === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(values.jobs))
    throw new UsageError(`--jobs ${values.jobs}: give a number of threads, 1 or more.`);
  return Number(values.jobs);
}
