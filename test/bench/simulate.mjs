/**
 * Functions of real drivers on the machine: every function of drivers/ that calls the GUP family is run whole, without annotations, as
 * "Simulate this function" does: in its file (with the file's own headers), and cut out alone. Prints which share compiles and which runs
 * to an end, and what stopped the others, by frequency.
 * Usage: KERNEL_SRC=… node test/bench/simulate.mjs [--mode file|alone] [--dirs drivers,net,…] [--only TEXT] [--sample N] [--list]
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { loadTs } from '../../scripts/lib/load-ts.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
const only = option('--only');
const sample = Number(option('--sample', '1'));
const modes = option('--mode') ? [option('--mode')] : ['file', 'alone'];
const verbose = process.argv.includes('--list');
const folders = option('--dirs', 'drivers').split(',');
for (const folder of folders)
  if (!existsSync(join(kernel, folder))) {
    console.error(`${kernel}/${folder} does not exist; set KERNEL_SRC to a kernel tree.`);
    process.exit(2);
  }
const require = createRequire(import.meta.url);
const { createCParser, parseUnit } = await loadTs('language/c/index.ts');
const { acquires, calls } = (await loadTs('language/kernel/index.ts')).facts;
const { run } = await loadTs('simulator/scenario/index.ts');
const family = /user_pages?|iov_iter_(?:get|extract)_pages|pin_(?:user_)?folios?|bio_(?:iov|release)/;
const list = (facts) => facts.map((a) => a.name).filter((n) => family.test(n)).join('|');
const taking = new RegExp(`\\b(?:${list(acquires)})\\s*\\(`);
const names = new RegExp(`\\b(?:${list(acquires)}|${list(calls)})\\s*\\(`);
const parser = await createCParser({
  treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
  c: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')),
});

const files = [];
const walk = (folder) => {
  for (const e of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, e.name);
    if (e.isDirectory()) walk(path);
    else if (e.name.endsWith('.c') && names.test(readFileSync(path, 'utf8'))) files.push(path);
  }
};
for (const folder of folders) walk(join(kernel, folder));
const jobs = [];
for (const path of files.sort()) {
  const text = readFileSync(path, 'utf8');
  const unit = parseUnit(parser, { path, text, headers: [], target: { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() } });
  for (const f of unit.functions) {
    const body = text.slice(f.start, f.end);
    if (names.test(body.replace(/\/\*[^]*?\*\/|\/\/.*/g, ''))) jobs.push({ path, text, name: f.name, body, takes: taking.test(body) });
  }
  parser.close(path);
}
const wanted = jobs.filter((j, i) => i % sample === 0 && (!only || `${j.path}:${j.name}`.includes(only)));
console.log(`${wanted.length} functions in ${new Set(wanted.map((j) => j.path)).size} files`);

/** A message without its names: what many share. */
const general = (m) => m.replace(/'[^']*'/g, (x) => (/member|declared|type|macro|expected/.test(m) ? x : "'…'"));
for (const mode of modes) {
  const counts = { compiles: 0, ends: 0, clean: 0, taken: 0 };
  const why = new Map();
  const note = (reason, j) => {
    const list = why.get(reason) ?? [];
    list.push(j.name);
    why.set(reason, list);
  };
  const started = performance.now();
  for (const j of wanted) {
    const folder = dirname(j.path);
    const began = performance.now();
    let s;
    try {
      s = run(mode === 'file' ? j.text : j.body, {
        fn: j.name,
        steps: 200_000,
        kernel: '6.12',
        includes: (spec) => {
          const p = join(folder, spec);
          return mode === 'file' && existsSync(p) && statSync(p).isFile() ? { path: p, text: readFileSync(p, 'utf8') } : undefined;
        },
      });
    } catch (e) {
      note(`CRASH ${String(e?.stack ?? e).split('\n').slice(0, 3).join(' | ')}`, j);
      continue;
    }
    const lines = s.loaded.diagnostics.filter((d) => d.severity === 'error' || d.severity === 'warning');
    const errors = lines.filter((d) => d.severity === 'error');
    if (!errors.length) counts.compiles++;
    const came = s.kernel.pins.count > 0 || s.events.some((e) => e.kind === 'gup');
    if (j.takes && came) counts.taken++;
    const bad = s.faults.filter((f) => f.kind === 'unsupported' || /limit/.test(f.kind));
    if (errors.length) note(`error: ${general(errors[0].message)}`, j);
    else if (bad.length) note(`${bad[0].kind}: ${general(bad[0].text)}`, j);
    else if (s.stopped === undefined) {
      counts.ends++;
      if (s.ok) counts.clean++;
      else note(`ENDS ${s.faults[0]?.kind}: ${general(s.faults[0]?.text ?? '')}`, j);
    } else if (!s.faults.length) note(`open end: ${general(s.stopped)}`, j);
    else note(`fault ${s.faults[0]?.kind}: ${general(s.faults[0]?.text ?? '')}`, j);
    if (verbose) console.log(`  ${j.path.slice(kernel.length + 1)}:${j.name} ${Math.round(performance.now() - began)} ms, ${s.length} steps: ${errors[0]?.message ?? s.faults.map((f) => `${f.kind} line ${f.line}: ${f.text}`).join('; ')}${j.takes && !came ? ` NOT TAKEN (${s.events.findLast((e) => e.kind === 'return')?.text ?? ''})` : ''}`);
  }
  const share = (n) => `${n} of ${wanted.length} (${((100 * n) / Math.max(1, wanted.length)).toFixed(1)} %)`;
  console.log(`\n${mode === 'file' ? 'in their files' : 'cut out alone'}: ${share(counts.compiles)} compile, ${share(counts.ends)} run to an end, ${share(counts.clean)} without a fault; ${counts.taken} of ${wanted.filter((j) => j.takes).length} that take pages come to it; ${((performance.now() - started) / 1000).toFixed(1)} s`);
  for (const [reason, list] of [...why].sort((a, b) => b[1].length - a[1].length).slice(0, Number(option('--top', '40'))))
    console.log(`${String(list.length).padStart(4)}  ${reason}  (${[...new Set(list)].slice(0, 3).join(', ')})`);
}
