/** `--format github`: workflow commands that GitHub Actions shows as annotations of the changed lines. */
import type { Level } from '../../../server/findings.ts';
import { shownPath, type Formatter } from './format.ts';

const COMMANDS: Record<Level, string> = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' };

export const formatGithub: Formatter = ({ findings, notices, cwd }) => {
  const lines = findings.map((one) => {
    const path = one.steps
      .filter((step) => step.role !== 'fault')
      .map((step) => `\n${shownPath(step.place.path, cwd)}:${step.place.line}: ${step.message}`);
    // GitHub drops columns of ranges over several lines.
    const { place } = one;
    const columns: Record<string, number> =
      place.line === place.endLine ? { col: place.column, endColumn: place.endColumn } : { col: place.column };
    return command(
      COMMANDS[one.level],
      {
        file: shownPath(place.path, cwd),
        line: place.line,
        endLine: place.endLine,
        ...columns,
        title: `Pinscope ${one.rule}`,
      },
      one.message + path.join(''),
    );
  });
  const rest = notices.map((one) =>
    command(
      'notice',
      {
        file: shownPath(one.path, cwd),
        ...(one.place && { line: one.place.line, col: one.place.column }),
        title: `Pinscope ${one.kind}`,
      },
      one.message,
    ),
  );
  return [...lines, ...rest].map((line) => `${line}\n`).join('');
};

function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const list = Object.entries(properties).map(
    ([key, value]) => `${key}=${escapeData(String(value)).replace(/:/g, '%3A').replace(/,/g, '%2C')}`,
  );
  return `::${name} ${list.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
