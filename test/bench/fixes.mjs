/**
 * Applies every fix that is offered for real drivers with known defects (the mutants of a copy of shared/bench), and says
 * how many findings have a fix, and how many fixes remove their finding and bring nothing new. Besides, fix-all on every
 * driver that was put back to get/put throughout (M10) is compared with the driver as it was.
 *
 *     BENCH=/path/to/copy/of/bench KERNEL_SRC=/path/to/linux-source-6.12 node test/bench/fixes.mjs
 *          [--class M1,M10] [--version 6.12] [--id M1-0123] [--show] [--crlf] [--json FILE]
 */
import { build } from 'esbuild';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const root = new URL('../..', import.meta.url).pathname;
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const bench = process.env.BENCH ?? '/root/bench-f';
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
for (const path of [join(bench, 'mutate.mjs'), kernel]) if (!existsSync(path)) fail(`${path} does not exist; set BENCH and KERNEL_SRC.`);

const require = createRequire(import.meta.url);
const out = join(mkdtempSync(join(tmpdir(), 'pinscope-fixes-')), 'fixes.mjs');
const contents = `export { createAnalyser } from './server/index.ts'; export { createCParser, parseUnit } from './language/c/index.ts';
export { fixAll } from './server/apply-fixes.ts'; export { collectHeaders } from './server/headers.ts'; export { auditFixes } from './test/unit/fixes/audit.ts';`;
const wts = { name: 'wts', setup: (b) => b.onResolve({ filter: /^web-tree-sitter$/ }, () => ({ path: pathToFileURL(require.resolve('web-tree-sitter').replace(/\.cjs$/, '.js')).href, external: true })) };
await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, format: 'esm', platform: 'node', outfile: out, logLevel: 'error', plugins: [wts] });
const { createAnalyser, createCParser, fixAll, collectHeaders, auditFixes } = await import(pathToFileURL(out).href);
const wasm = { treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')), c: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')) };
const engines = { analyser: await createAnalyser(wasm), parser: await createCParser(wasm) };
const { allMutants } = await import(pathToFileURL(join(bench, 'mutate.mjs')).href);

const version = option('--version', '6.12');
const [major, minor] = version.split('.').map(Number);
const targets = [{ kernel: { major, minor, patch: 0 }, defines: new Map() }];
const { files, mutants } = await allMutants(kernel, version, { classes: option('--class')?.split(',') });
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const headersOf = (path, text) => collectHeaders(path, text, { resolve: (from, spec) => join(dirname(from), spec), read });
const keyOf = (f) => `${f.rule}|${f.functionName}`;

const bases = new Map();
for (const file of files) {
  const path = join(kernel, file);
  const text = read(path);
  const input = { path, text, headers: headersOf(path, text), targets };
  bases.set(file, { input, findings: analyse(input) });
}
const rows = [];
const perRule = new Map();
const audited = (name, input, only, inBase) => {
  const audit = auditFixes(engines, { ...input, only, crlf: args.includes('--crlf'), expected: inBase });
  for (const f of audit.unfixed) note(f.rule, 'findings', 1);
  for (const f of new Set(audit.fixes.map((x) => x.finding))) {
    note(f.rule, 'findings', 1);
    note(f.rule, 'fixed', 1);
  }
  for (const f of audit.unfixed) rows.push({ name, rule: f.rule, line: lineOf(input.text, f.span.start), unfixed: true, message: f.message, note: f.fixNote?.() });
  for (const x of audit.fixes) {
    note(x.finding.rule, 'fixes', 1);
    if (!x.problems.length) note(x.finding.rule, 'clean', 1);
    if (x.fix.safe) note(x.finding.rule, 'safe', 1);
    if (x.fix.safe && !x.problems.length) note(x.finding.rule, 'safeClean', 1);
    rows.push({ name, rule: x.finding.rule, line: lineOf(input.text, x.finding.span.start), title: x.fix.title, safe: x.fix.safe, problems: x.problems, message: x.finding.message });
    if (args.includes('--show')) show(name, input, x);
  }
};
if (!option('--class') && !option('--id')) for (const [file, { input }] of bases) audited(`base ${file}`, input);
let m10 = 0, m10good = 0;
for (const m of mutants) {
  if (option('--id') && !m.id.startsWith(option('--id'))) continue;
  const base = bases.get(m.file);
  const input = { ...base.input, text: m.text };
  const left = new Map();
  for (const f of base.findings) left.set(keyOf(f), (left.get(keyOf(f)) ?? 0) + 1);
  const inBase = new Set(base.findings.map(keyOf));
  audited(`${m.id} ${m.cls}/${m.sub} ${m.file} ${m.fn}`, input, (f) => {
    // what the file shows without the defect was looked at already
    const n = left.get(keyOf(f)) ?? 0;
    if (n > 0) left.set(keyOf(f), n - 1);
    return n === 0;
  }, inBase);
  if (m.cls !== 'M10') continue;
  m10++;
  // the original has defects of its own, which are repaired as well
  const difference = compare(repaired(base.input), repaired(input));
  if (!difference) m10good++;
  console.log(`M10 ${difference ? 'DIFFERS' : 'restored'} ${m.id} ${m.file}`);
  if (difference) console.log(difference);
}

for (const r of rows) {
  if (r.unfixed) console.log(`NO FIX  ${r.name}:${r.line} ${r.rule}: ${r.note ?? ''}`);
  else if (r.problems.length) console.log(`PROBLEM ${r.name}:${r.line} ${r.rule} [${r.title}]${r.safe ? ' (safe)' : ''}: ${r.problems.join('; ')}`);
}
console.log('\nrule                     findings  with fix     fixes  clean        safe  clean');
const pct = (a, b) => (b ? `${((100 * a) / b).toFixed(0)}%` : '-').padStart(5);
const total = {};
for (const [rule, t] of [...perRule].sort()) {
  for (const k of Object.keys(t)) total[k] = (total[k] ?? 0) + t[k];
  line(rule, t);
}
line('all', total);
if (m10) console.log(`fix-all on M10: ${m10good} of ${m10} have the calls of the original`);
if (option('--json')) writeFileSync(option('--json'), JSON.stringify(rows, null, 1));

function line(name, t) {
  const n = (k) => String(t[k] ?? 0).padStart(6);
  console.log(`${name.padEnd(25)} ${n('findings')} ${n('fixed')} ${pct(t.fixed ?? 0, t.findings)}  ${n('fixes')} ${n('clean')} ${pct(t.clean ?? 0, t.fixes)} ${n('safe')} ${n('safeClean')} ${pct(t.safeClean ?? 0, t.safe)}`);
}
function note(rule, key, n) {
  const t = perRule.get(rule) ?? {};
  t[key] = (t[key] ?? 0) + n;
  perRule.set(rule, t);
}
function analyse(input) {
  engines.analyser.close(input.path);
  return engines.analyser.analyse(input, { targets, severity: {} }).findings;
}
function repaired(input) {
  const fixed = fixAll(new Map([[input.path, input.text]]), (texts) => {
    engines.analyser.close(input.path);
    return engines.analyser.analyse({ ...input, text: texts.get(input.path) }, { targets, severity: {} });
  });
  return fixed.changed.get(input.path) ?? input.text;
}
function lineOf(text, at) {
  return text.slice(0, at).split('\n').length;
}
/** Calls and everything else, without comments, layout, or the parentheses and casts that the mutation may have cost. */
function normal(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/\s+/g, '').replaceAll(';', ';\n').replaceAll('{', '{\n').replaceAll('}', '}\n');
}
function compare(original, result) {
  return normal(original) === normal(result) ? '' : diff(original, result);
}
function diff(a, b) {
  const dir = mkdtempSync(join(tmpdir(), 'pinscope-fixes-'));
  writeFileSync(join(dir, 'a.c'), a);
  writeFileSync(join(dir, 'b.c'), b);
  return spawnSync('diff', ['-U3', '-b', '-B', 'a.c', 'b.c'], { cwd: dir, encoding: 'utf8' }).stdout.split('\n').slice(2).join('\n');
}
function show(name, input, x) {
  console.log(`### ${name} [${x.fix.title}] ${x.problems.join('; ')}\n${x.finding.message}\n${diff(input.text, x.result)}`);
}
function fail(message) {
  console.error(`bench:fixes: ${message}`);
  process.exit(2);
}
