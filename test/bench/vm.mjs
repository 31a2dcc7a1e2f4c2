/** Bytecode steps a second with the journal on: `node test/bench/vm.mjs`. Prints instructions and statements a second for loop programs. */
import { loadTs } from '../../scripts/lib/load-ts.mjs';

const { run, load, Simulation } = await loadTs('simulator/scenario/index.ts');
const programs = {
  arithmetic: 'int main(void) { unsigned long s = 0; unsigned i; for (i = 0; i < 150000; i++) { s = s * 31 + (i ^ (s >> 7)); } return (int)s; }',
  arrays: 'static int a[1000]; int main(void) { int i, j, s = 0; for (j = 0; j < 150; j++) for (i = 0; i < 1000; i++) { a[i] += i * j; s += a[i] ^ j; } return s; }',
  calls: 'static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int main(void) { return fib(22); }',
};
run('int main(void) { return 0; }');
for (const [name, text] of Object.entries(programs)) {
  const s = new Simulation(load(text), { steps: 2_000_000 });
  const started = performance.now();
  s.run();
  const seconds = (performance.now() - started) / 1000;
  const seek = performance.now();
  s.seek(0);
  s.seek(s.length);
  console.log(
    `${name}: ${(s.kernel.vm.executed / seconds / 1e6).toFixed(1)} M instructions/s, ${(s.length / seconds / 1e6).toFixed(2)} M statements/s, ${s.length} steps, there and back in ${(performance.now() - seek).toFixed(0)} ms`,
  );
}
