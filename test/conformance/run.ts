/** Conformance: `[--traces DIR] [--kernel K] [--filter RE] [--json F] [--brief]`. Last line: `equal N of M traces`. */
import { writeFileSync } from 'node:fs';
import { folderTraces, packedTraces } from './traces.ts';
import { replay, type Difference } from './replay.ts';

interface Options {
  traces?: string;
  kernel?: string;
  filter?: string;
  json?: string;
  brief: boolean;
}

function options(argv: readonly string[]): Options {
  const o: Options = { brief: false };
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i]!;
    if (a === '--brief') o.brief = true;
    else if (a === '--traces' || a === '--kernel' || a === '--filter' || a === '--json') {
      const v = argv[++i];
      if (v === undefined) throw new Error(`${a} needs a value`);
      o[a.slice(2) as 'traces' | 'kernel' | 'filter' | 'json'] = v;
    } else throw new Error(`unknown option ${a}`);
  }
  return o;
}

/** Runs the conformance test; returns the exit code. `home`: the folder with the packed traces. */
export function main(argv: readonly string[], home: string): number {
  const o = options(argv);
  let traces = o.traces ? folderTraces(o.traces, o.kernel) : packedTraces(home, o.kernel);
  if (o.filter) {
    const re = new RegExp(o.filter);
    traces = traces.filter((t) => re.test(t.scenario));
  }
  const results: { scenario: string; kernel: string; group: string; equal: boolean; differences: Difference[] }[] = [];
  const groups = new Map<string, { equal: number; all: number }>();
  for (const t of traces) {
    const differences = replay(t);
    const equal = differences.length === 0;
    results.push({ scenario: t.scenario, kernel: t.kernel, group: t.group, equal, differences });
    const key = `${t.kernel} ${t.group}`;
    const g = groups.get(key) ?? { equal: 0, all: 0 };
    g.all++;
    if (equal) g.equal++;
    groups.set(key, g);
    if (equal) continue;
    console.log(`\n${t.scenario} [${t.kernel}] differs:`);
    let last = '';
    for (const d of o.brief ? differences.slice(0, 4) : differences) {
      const head = `  step ${d.step} ${d.operation}`;
      if (head !== last) console.log(head);
      last = head;
      console.log(`    ${d.path}: kernel ${JSON.stringify(d.expected)}, model ${JSON.stringify(d.got)}`);
    }
  }
  console.log('');
  for (const [key, g] of [...groups].sort()) console.log(`${key}: ${g.equal} of ${g.all}`);
  if (o.json) writeFileSync(o.json, JSON.stringify(results, null, 1));
  const equal = results.filter((r) => r.equal).length;
  console.log(`equal ${equal} of ${results.length} traces`);
  return equal === results.length ? 0 : 1;
}
