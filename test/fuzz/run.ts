/** Compares programs on the machine with what gcc makes of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../simulator/scenario/index.ts';
import { generateProgram } from './generate.ts';

/** Is gcc there? */
export function hasGcc(): boolean {
  return spawnSync('gcc', ['--version']).status === 0;
}

/** Output of the program on the machine, with its faults. */
export function onMachine(text: string): string {
  const s = run(text, { steps: 3_000_000 });
  const wrong = [
    ...s.loaded.diagnostics.map((d) => `${s.loaded.lineOf(d.start)}: ${d.message}`),
    ...s.faults.map((f) => `line ${f.line}: ${f.text}`),
  ];
  return s.kernel.output.join('') + wrong.map((w) => `!${w}\n`).join('');
}

/** Programs `first` … `first + count - 1` whose outputs differ. */
export function compareWithGcc(
  first: number,
  count: number,
): { seed: number; text: string; gcc: string; machine: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'pinscope-fuzz-'));
  const out = [];
  try {
    for (let seed = first; seed < first + count; seed++) {
      const text = generateProgram(seed);
      const c = join(folder, 'a.c');
      writeFileSync(c, text);
      execFileSync('gcc', ['-w', '-O0', '-fwrapv', '-o', join(folder, 'a'), c], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const gcc = execFileSync(join(folder, 'a'), { encoding: 'utf8' });
      const machine = onMachine(text);
      if (gcc !== machine) out.push({ seed, text, gcc, machine });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return out;
}
