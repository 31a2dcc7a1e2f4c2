/** `pinscope rules` */
import type { AnalyserModule } from '../../server/analyser.ts';
import { EXIT, UsageError, type Io } from './io.ts';

/** `--list-rules`: one line a rule. */
export function listRules(argv: readonly string[], analyser: AnalyserModule, io: Io): number {
  if (argv.length > 0) throw new UsageError(`rules takes no arguments; "${argv[0]}" is one too many.`);
  const width = Math.max(0, ...analyser.ruleMetas.map((rule) => rule.id.length));
  for (const rule of analyser.ruleMetas) {
    io.stdout(`${rule.id.padEnd(width)}  ${rule.level.padEnd(7)}  ${rule.fixable ? 'fix' : '   '}  ${rule.summary}\n`);
  }
  return EXIT.clean;
}
