/**
 * The virtual machine with the journal on: `npm run bench:vm`. Instructions and statements a second for loop programs, time to seek anywhere,
 * memory, and the same loops beside the npm package JSCPP.
 */
import { loadTs } from '../../scripts/lib/load-ts.mjs';

const { run, load, Simulation } = await loadTs('simulator/scenario/index.ts');
const programs = {
  arithmetic: 'int main(void) { unsigned long s = 0; unsigned i; for (i = 0; i < 340000; i++) { s = s * 31 + (i ^ (s >> 7)); } return (int)s; }',
  arrays: 'static int a[1000]; int main(void) { int i, j, s = 0; for (j = 0; j < 150; j++) for (i = 0; i < 1000; i++) { a[i] += i * j; s += a[i] ^ j; } return s; }',
  calls: 'static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int main(void) { return fib(22); }',
};
/** Seconds of CPU, the engine's own compiler included: on a machine that does other things too the clock says less. */
const cpu = () => {
  const u = process.cpuUsage();
  return (u.user + u.system) / 1e6;
};
run('int main(void) { return 0; }');
for (const [name, text] of Object.entries(programs)) {
  const s = new Simulation(load(text), { steps: 2_000_000 });
  const started = performance.now();
  const busy = cpu();
  s.run();
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = cpu() - busy;
  // anywhere: the worst of twenty places, each from the other end
  let worst = 0;
  for (let i = 0; i < 20; i++) {
    const seek = performance.now();
    s.seek(i % 2 ? Math.floor((s.length * i) / 40) : s.length - Math.floor((s.length * i) / 40));
    worst = Math.max(worst, performance.now() - seek);
  }
  const { state, journal } = s.model.s.store.bytes();
  console.log(
    `${name}: ${(s.kernel.vm.executed / cpuSeconds / 1e6).toFixed(1)} M instructions/s of CPU (${(s.kernel.vm.executed / seconds / 1e6).toFixed(1)} M by the clock), ${(s.length / seconds / 1e6).toFixed(2)} M statements/s; ${s.length} steps, ${s.model.s.store.length} entries; seek anywhere: at most ${worst.toFixed(0)} ms; state ${(state / 1048576).toFixed(0)} MiB, journal ${(journal / 1048576).toFixed(0)} MiB, record ${(s.record.bytes / 1048576).toFixed(0)} MiB`,
  );
}

// the same loop programs on the npm package JSCPP, an interpreter of C++ (it keeps no history), in this run
const { default: JSCPP } = await import('JSCPP');
const LOOPS = {
  sum: ['int s = 0; int i; for (i = 0; i < N; i++) { s = (s * 31 + i) % 65521; } return s;', 40_000],
  sieve: [
    'int a[500]; int n = 0; int i; int j; int k; for (k = 0; k < N; k++) { for (i = 0; i < 500; i++) { a[i] = 1; } for (i = 2; i < 500; i++) { if (a[i] == 1) { n = n + 1; for (j = i + i; j < 500; j = j + i) { a[j] = 0; } } } } return n;',
    15,
  ],
  nested: ['int s = 0; int i; int j; for (i = 0; i < N; i++) { for (j = 0; j < 100; j++) { if ((i ^ j) & 1) { s = s + j; } else { s = s - i; } } } return s;', 300],
};
for (const [name, [body, n]] of Object.entries(LOOPS)) {
  const text = `int main() { ${body.replace('N', n)} }`;
  const time = (f) => {
    const started = cpu();
    return [f(), (cpu() - started) * 1000];
  };
  const [ours, ms] = time(() => {
    const s = run(text, { steps: 5_000_000 });
    return s.kernel.procs.get(1, 'code');
  });
  const [theirs, jscpp] = time(() => JSCPP.run(text, '', { stdio: { write: () => {} }, maxTimeout: 1e9 }));
  if (ours !== theirs) throw new Error(`${name}: ${ours} here, ${theirs} with JSCPP`);
  console.log(`${name}: ${ms.toFixed(0)} ms of CPU with the journal on, JSCPP ${jscpp.toFixed(0)} ms: ${(jscpp / ms).toFixed(1)} × faster`);
}
