/** `pinscope explain RULE` */
import type { AnalyserModule } from '../../server/analyser.ts';
import { EXIT, UsageError, type Io } from './io.ts';

/** `--explain RULE`: prints the rule's documentation; exit code 2 for an unknown rule. */
export function explain(argv: readonly string[], analyser: AnalyserModule, io: Io): number {
  const [id, ...more] = argv;
  const ids = analyser.ruleMetas.map((rule) => rule.id).join(', ');
  if (id === undefined || more.length > 0)
    throw new UsageError(`explain takes the id of one rule. The rules are ${ids}.`);
  const rule = analyser.ruleMetas.find((one) => one.id === id);
  if (!rule) throw new UsageError(`there is no rule "${id}". The rules are ${ids}.`);
  const examples = rule.examples.map(
    ({ title, bad, good }) => `## ${title}\n\nWrong:\n\n${indent(bad)}\n\nRight:\n\n${indent(good)}\n`,
  );
  io.stdout(
    [
      `# ${rule.id} (${rule.level}${rule.fixable ? ', has a quick fix' : ''})\n`,
      `${rule.summary}\n`,
      `${rule.docs.trim()}\n`,
      ...examples,
      `Source: ${rule.source}`,
      `To silence it on a line: /* pinscope-ignore ${rule.id}: reason */\n`,
    ].join('\n'),
  );
  return EXIT.clean;
}

function indent(code: string): string {
  return code
    .replace(/^\n+|\s+$/g, '')
    .replace(/^/gm, '    ')
    .replace(/^ +$/gm, '');
}
