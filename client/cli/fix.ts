/** `check --fix`: safe fixes, written back in the file's own encoding and line ends; a file is replaced whole or not at all. */
import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Analyser } from '../../server/analyser.ts';
import type { AnalysisOptions } from '../../server/findings.ts';
import { fixAll, type AppliedFix } from '../../server/apply-fixes.ts';
import { reason, textsOf, type Checker, type LoadedFile } from './checker.ts';
import { decode, encode } from './encoding.ts';

export interface FixReport {
  readonly applied: readonly AppliedFix[];
  readonly changedFiles: readonly string[];
  readonly errors: readonly string[];
}

/** Repairs a file (and headers that its fixes reach). */
export function fixFile(checker: Checker, analyser: Analyser, path: string, options: AnalysisOptions): FixReport {
  let file: LoadedFile | undefined;
  try {
    file = checker.load(path);
  } catch (error) {
    return { applied: [], changedFiles: [], errors: [`${path}: cannot be read: ${reason(error)}`] };
  }
  if (!file) return { applied: [], changedFiles: [], errors: [] };
  const { headers, linked } = file;
  const outcome = fixAll(textsOf(file), (texts) =>
    analyser.analyse(
      {
        path,
        text: texts.get(path) ?? '',
        linked,
        headers: headers.map((header) => ({ path: header.path, text: texts.get(header.path) ?? header.text })),
      },
      options,
    ),
  );
  analyser.close(path);
  if (outcome.changed.size === 0) return { applied: [], changedFiles: [], errors: [] };
  try {
    replaceFiles(outcome.changed, textsOf(file));
  } catch (error) {
    return { applied: [], changedFiles: [], errors: [`${path}: not repaired: ${reason(error)}`] };
  }
  return { applied: outcome.applied, changedFiles: [...outcome.changed.keys()], errors: [] };
}

/**
 * Writes all new texts beside the old files first and renames only when that worked for all of them.
 * @throws Error if a file is no longer what was analysed, or cannot be written; nothing is changed then.
 */
function replaceFiles(changed: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): void {
  const staged: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const [path, text] of changed) {
      // Through a symbolic link: the file it means, not the link.
      const to = realpathSync(path);
      const old = decode(readFileSync(to));
      if (!old || old.text !== before.get(path)) throw new Error('the file changed meanwhile');
      const bytes = encode({ text, encoding: old.encoding });
      if (decode(bytes)?.text !== text)
        throw new Error(`the fix cannot be written in the file's encoding (${old.encoding})`);
      const from = join(dirname(to), `.${basename(to)}.pinscope-${process.pid}`);
      staged.push({ from, to });
      writeFileSync(from, bytes, { flag: 'wx' });
      chmodSync(from, statSync(to).mode & 0o7777);
    }
    for (const { from, to } of staged) renameSync(from, to);
  } finally {
    for (const { from } of staged) rmSync(from, { force: true });
  }
}
