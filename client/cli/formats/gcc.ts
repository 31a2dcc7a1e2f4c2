/** `--format gcc`: lines as compilers write them, which editors, `make` and problem matchers understand. */
import type { Level } from '../../../server/findings.ts';
import { shownPath, type Formatter } from './format.ts';

/** Clang's name for what is less than a warning. */
const WORDS: Record<Level, string> = { error: 'error', warning: 'warning', info: 'remark', hint: 'remark' };

export const formatGcc: Formatter = ({ findings, notices, cwd }) => {
  const lines = findings.flatMap((one) => [
    `${at(one.place, cwd)}: ${WORDS[one.level]}: ${oneLine(one.message)} [pinscope-${one.rule}]`,
    ...one.steps
      .filter((step) => step.role !== 'fault')
      .map((step) => `${at(step.place, cwd)}: note: ${oneLine(step.message)}`),
  ]);
  const rest = notices.map((one) => {
    const where = one.place ? at(one.place, cwd) : shownPath(one.path, cwd);
    return `${where}: note: ${oneLine(one.message)}`;
  });
  return [...lines, ...rest].map((line) => `${line}\n`).join('');
};

function at({ path, line, column }: { path: string; line: number; column: number }, cwd: string): string {
  return `${shownPath(path, cwd)}:${line}:${column}`;
}

/** A name in the source may hold anything; a line stays a line. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
