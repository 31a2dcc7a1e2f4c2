// Measures the modelled MM: node test/bench/model.mjs [--pages N]. 10^6 anonymous pages mapped, touched, pinned, half unpinned, reclaimed.
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const contents = `export { Model } from './simulator/mm/model.ts'; export { machineConfig } from './simulator/mm/machine.ts'; export { ERAS } from './simulator/mm/era.ts';
export { cpuAccess } from './simulator/mm/process.ts';`;
const { outputFiles } = await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' });
const { Model, machineConfig, ERAS, cpuAccess } = await import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].contents).toString('base64'));
const arg = process.argv.indexOf('--pages');
const million = arg > 0 ? Number(process.argv[arg + 1]) : 1_000_000;
const now = () => performance.now();
const cpu = () => {
  const u = process.cpuUsage();
  return (u.user + u.system) / 1e6;
};

function run(pages, recording) {
  const m = new Model(machineConfig(ERAS['6.12'], { pages: Math.ceil(pages * 1.05) + 4096, swapPages: pages + 1024 }));
  const { store } = m.s;
  store.recording = recording;
  const times = {};
  const phase = (name, f) => {
    const t = now();
    f();
    times[name] = now() - t;
  };
  const mm = m.s.procMm.at(1);
  const base = () => m.s.mapBase.at(1);
  phase('map', () => m.run({ op: 'mmap', args: { map: 'm', kind: 'anon', pages, prot: 'rw' } }));
  phase('touch', () => {
    for (let i = 0; i < pages; i++) cpuAccess(m.s, mm, base() + i, true);
  });
  phase('pin', () => m.run({ op: 'pin_user_pages_fast', args: { addr: 'm[0]', nr: pages, flags: ['FOLL_WRITE'], handle: 'h' } }));
  phase('unpin half', () => m.run({ op: 'unpin_user_pages', args: { handle: 'h', first: 0, nr: pages / 2 } }));
  const before = store.bytes();
  phase('reclaim', () => m.run({ op: 'madvise', args: { addr: 'm[0]', pages, advice: 'PAGEOUT' } }));
  const bytes = store.bytes();
  return { m, times, bytes, before };
}

const total = (t) => Object.values(t).reduce((a, b) => a + b, 0);
run(20_000, true); // warm up
for (const recording of [true, false]) {
  const started = cpu();
  const r = run(million, recording);
  const busy = cpu() - started;
  const line = Object.entries(r.times).map(([k, v]) => `${k} ${v.toFixed(0)} ms`).join(', ');
  console.log(`journal ${recording ? 'on ' : 'off'}: ${million} pages in ${(total(r.times) / 1000).toFixed(2)} s, ${busy.toFixed(2)} s of CPU (${line})`);
  console.log(`  state ${(r.bytes.state / million).toFixed(0)} bytes a page, journal ${(r.bytes.journal / million).toFixed(1)}, ${((r.bytes.state + r.bytes.journal) / million).toFixed(0)} together`);
  if (recording) {
    const { store } = r.m.s;
    let changes = 0;
    store.scan(0, store.length, () => changes++);
    console.log(`  ${changes} changes in ${store.length} entries and bulk records, ${seek(store, 0)}`);
  }
}

// back over many events, and forth again
function seek(store, target) {
  const end = store.position;
  const [t, c] = [now(), cpu()];
  store.seek(target);
  const [back, busy] = [now() - t, cpu() - c];
  store.seek(end);
  return `seek back ${back.toFixed(0)} ms (${(busy * 1000).toFixed(0)} ms of CPU), there and back ${(now() - t).toFixed(0)} ms (${((cpu() - c) * 1000).toFixed(0)} ms of CPU)`;
}
{
  const pages = 100_000;
  const m = new Model(machineConfig(ERAS['6.12'], { pages: 2 * pages, swapPages: pages }));
  const { store } = m.s;
  m.run({ op: 'mmap', args: { map: 'm', kind: 'anon', pages, prot: 'rw' } });
  const from = store.position;
  let steps = 0;
  for (; store.position - from < 1_000_000; steps += 5) {
    const addr = `m[${(steps * 7919) % pages}]`;
    m.run({ op: 'write', args: { addr, data: 'x' } });
    m.run({ op: 'pin_user_pages_fast', args: { addr, nr: 1, flags: ['FOLL_WRITE'], handle: 'h' } });
    m.run({ op: 'dma_write', args: { handle: 'h', index: 0, data: 'y' } });
    m.run({ op: 'unpin_user_pages', args: { handle: 'h' } });
    m.run({ op: 'madvise', args: { addr, pages: 1, advice: 'PAGEOUT' } });
  }
  console.log(`${store.position - from} events of ${steps} operations on ${pages} pages, ${(store.bytes().journal / (store.position - from)).toFixed(1)} bytes an event: ${seek(store, from)}`);
}
// operations per second, and cost per operation at different sizes
// (the first size runs twice: the first time only warms up)
for (const [round, pages] of [1_000, 1_000, 10_000, 100_000, Math.min(1_000_000, million)].entries()) {
  for (const recording of [true, false]) {
    const m = new Model(machineConfig(ERAS['6.12'], { pages: Math.ceil(pages * 2.2) + 4096, swapPages: 4096 }));
    m.s.store.recording = false;
    m.run({ op: 'mmap', args: { map: 'm', kind: 'anon', pages, prot: 'rw' } });
    const mm = m.s.procMm.at(1);
    for (let i = 0; i < pages; i++) cpuAccess(m.s, mm, m.s.mapBase.at(1) + i, true);
    m.s.store.recording = recording;
    const n = 20_000;
    const t = now();
    for (let i = 0; i < n / 4; i++) {
      const addr = `m[${(i * 7919) % pages}]`;
      m.run({ op: 'write', args: { addr, data: 'x' } });
      m.run({ op: 'pin_user_pages_fast', args: { addr, nr: 1, flags: ['FOLL_WRITE'], handle: 'h' } });
      m.run({ op: 'dma_write', args: { handle: 'h', index: 0, data: 'y' } });
      m.run({ op: 'unpin_user_pages', args: { handle: 'h' } });
    }
    const ms = now() - t;
    if (round === 0) continue;
    console.log(`${String(pages).padStart(8)} pages, journal ${recording ? 'on ' : 'off'}: ${((n / ms) * 1000).toFixed(0)} operations a second, ${((ms / n) * 1000).toFixed(2)} µs each`);
  }
}
