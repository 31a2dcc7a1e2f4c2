/** `--format pretty`: for a person at a terminal. */
import pc from 'picocolors';
import type { Level } from '../../../server/findings.ts';
import type { ReportedFinding } from '../report.ts';
import { counted, shownPath, type Formatter } from './format.ts';

type Colours = ReturnType<typeof pc.createColors>;

const TAB = 8;
const LEVELS: readonly Level[] = ['error', 'warning', 'info', 'hint'];

export const formatPretty: Formatter = (outcome) => {
  const colours = pc.createColors(outcome.colour);
  const paint: Record<Level, (text: string) => string> = {
    error: colours.red,
    warning: colours.yellow,
    info: colours.blue,
    hint: colours.cyan,
  };
  const blocks = outcome.findings.map((finding) => {
    const { place } = finding;
    const where = colours.bold(`${shownPath(place.path, outcome.cwd)}:${place.line}:${place.column}`);
    const kernels = outcome.kernels.length > 1 ? [`kernels ${finding.kernels.join(', ')}`] : [];
    const notes = [
      ...(finding.caseNumber === undefined ? [] : [`CASE ${finding.caseNumber} of pin_user_pages.rst`]),
      ...kernels,
    ];
    return [
      `${where} ${paint[finding.level](colours.bold(`${finding.level}[${finding.rule}]`))} ${finding.message}`,
      ...frame(finding, colours, paint[finding.level]),
      ...path(finding, colours, outcome.cwd),
      ...(notes.length > 0 ? [`  ${colours.dim(notes.join('; '))}`] : []),
      ...fixes(finding, colours),
      '',
    ].join('\n');
  });
  const notices = outcome.notices.map((notice) => {
    const at = notice.place ? `:${notice.place.line}:${notice.place.column}` : '';
    return `${shownPath(notice.path, outcome.cwd)}${at} ${colours.dim('note')} ${notice.message}`;
  });
  if (notices.length > 0) notices.push('');
  return `${[...blocks, ...notices, summary(outcome, colours)].join('\n')}\n`;
};

/** Tabs as wide as kernel code means them; `mark` is a column of the raw line, from 0. */
function expand(line: string, upTo = line.length): string {
  let text = '';
  for (const character of line.slice(0, upTo))
    text += character === '\t' ? ' '.repeat(TAB - (text.length % TAB)) : printable(character);
  return text;
}

/** A file's control characters shall not reach the terminal. */
function printable(character: string): string {
  return /\p{Cc}/u.test(character) ? '\ufffd' : character;
}

function frame(
  { place, frame: { firstLine, lines } }: ReportedFinding,
  colours: Colours,
  paint: (text: string) => string,
): string[] {
  const width = Math.max(String(firstLine + lines.length - 1).length, 4);
  return lines.flatMap((line, i) => {
    const number = firstLine + i;
    const inside = number >= place.line && number <= place.endLine;
    const shown =
      `${inside ? paint('>') : ' '} ${colours.dim(`${String(number).padStart(width)} │`)} ${expand(line)}`.trimEnd();
    if (!inside || (number !== place.line && line.trim() === '')) return [shown];
    const from = number === place.line ? place.column - 1 : line.length - line.trimStart().length;
    const to = number === place.endLine ? place.endColumn - 1 : line.length;
    const indent = expand(line, from).length;
    const marks = '^'.repeat(Math.max(1, expand(line, to).length - indent));
    return [shown, `  ${colours.dim(`${' '.repeat(width)} │`)} ${' '.repeat(indent)}${paint(marks)}`];
  });
}

function path({ steps, place }: ReportedFinding, colours: Colours, cwd: string): string[] {
  if (steps.length < 2) return [];
  return [
    '  path:',
    ...steps.map((step) => {
      const other = step.place.path === place.path ? '' : `${shownPath(step.place.path, cwd)}:`;
      return `  ${colours.dim(`${other}${step.place.line}:${step.place.column}`.padStart(9))}  ${step.message}`;
    }),
  ];
}

function fixes({ fixes: all, fixNote }: ReportedFinding, colours: Colours): string[] {
  if (all.length === 0) return fixNote ? [`  ${colours.dim(`no fix: ${fixNote}`)}`] : [];
  return all.map(
    (fix) => `  ${colours.green('fix:')} ${fix.title}${fix.safe ? colours.dim(' (--fix applies it)') : ''}`,
  );
}

function summary(outcome: Parameters<Formatter>[0], colours: Colours): string {
  const { findings, suppressed, baselined, filesChecked } = outcome;
  const extra = [
    ...(suppressed.length > 0 ? [`${suppressed.length} suppressed`] : []),
    ...(baselined.length > 0 ? [`${baselined.length} in the baseline`] : []),
  ];
  const tail = extra.length > 0 ? colours.dim(` (${extra.join(', ')})`) : '';
  const files = counted(filesChecked, 'file');
  if (findings.length === 0) return `${colours.green('No findings')} in ${files}${tail}`;
  const levels = LEVELS.map((level) => [level, findings.filter((one) => one.level === level).length] as const)
    .filter(([, count]) => count > 0)
    .map(([level, count]) => counted(count, level, level === 'info' ? 'info' : `${level}s`));
  const within = new Set(findings.map((one) => one.place.path)).size;
  const repairable = findings.filter((one) => one.fixes.some((fix) => fix.safe)).length;
  const hint = repairable > 0 ? `; --fix repairs ${repairable}` : '';
  return `${colours.bold(counted(findings.length, 'finding'))} (${levels.join(', ')}) in ${within} of ${files}${hint}${tail}`;
}
