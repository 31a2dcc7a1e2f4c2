/** Shared by the tests of the machine: runs a text and tells what it printed and what went wrong. */
import { run, type RunOptions, type Simulation } from '../../../simulator/scenario/index.ts';

/** Output of a program, then its faults as `!kind line`. */
export function outputOf(text: string, options: RunOptions = {}): string {
  const s = run(text, options);
  return (
    s.kernel.output.join('') +
    wrong(s)
      .map((w) => `!${w}\n`)
      .join('')
  );
}
/** What went wrong: messages of the compiler, faults by kind and line, failed assertions. */
export function wrong(s: Simulation): string[] {
  return [
    ...s.loaded.diagnostics.map((d) => `${d.severity} ${s.loaded.lineOf(d.start)}: ${d.message}`),
    ...s.faults.map((f) => `${f.kind} ${f.line}`),
    ...s.results.filter((r) => !r.holds).map((r) => `failed: ${r.text}`),
  ];
}
/** Faults of a text: kinds and lines; `//~ kind` in the text marks where they are expected. */
export function expectedFaults(text: string): string[] {
  return text.split('\n').flatMap((line, i) => [...line.matchAll(/\/\/~\s*([\w-]+)/g)].map((m) => `${m[1]} ${i + 1}`));
}
