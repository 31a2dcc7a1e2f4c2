/** Accesses of user memory by somebody who is alone run without leaving the machine's loop: nothing but the time that it takes is different. */
import { describe, expect, it } from 'vitest';
import { load, Simulation, traceJson } from '../../../simulator/scenario/index.ts';

const TEXT = `
static int a[3000];
static void *other(void *x) { int i; for (i = 0; i < 5; i++) a[i] += 7; printf("other\\n"); return 0; }
int main(void)
{
  pthread_t t;
  char *m = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int i, s = 0;
  for (i = 0; i < 700; i++) { a[i * 3] = i; if (i % 60 == 0) m[i * 11] = 'a' + i % 26; }
  pthread_create(&t, 0, other, 0);
  for (i = 0; i < 200; i++) a[i] += i;
  printf("main\\n");
  pthread_join(t, 0);
  for (i = 0; i < 3000; i++) { s += a[i]; if (i == 100) usleep(5000); }
  mprotect(m, 4096, PROT_READ);
  m[5000] = 'x';
  printf("%d %c\\n", s, m[0]);
  return 0;
}
`;
/** Runs it; `slow`: every access ends its turn, as when somebody chooses turns. */
function runs(slow: boolean): Simulation {
  const s = new Simulation(load(TEXT), {});
  if (slow) s.watchAccesses();
  return s.run();
}

describe('quiet turns', () => {
  const quick = runs(false);
  const slow = runs(true);
  const story = (s: Simulation): unknown => JSON.parse(traceJson(s), (k, v: unknown) => (k === 'entries' ? 0 : v));

  it('leave fewer places to go on from', () => {
    expect(quick.model.s.store.length).toBeLessThan(slow.model.s.store.length / 2);
  });
  it('tell the same story, at the same times', () => {
    expect(story(quick)).toEqual(story(slow));
    expect(quick.kernel.output.join('')).toMatch(/^main\nother\n|^other\nmain\n/);
    for (let k = 0; k < quick.length; k += 97) {
      quick.seek(k);
      slow.seek(k);
      expect(quick.kernel.bus.step(), `clock at step ${k}`).toBe(slow.kernel.bus.step());
      expect([...quick.model.s.content.data.subarray(0, 2000)].map((c) => quick.model.s.contents.token(c))).toEqual(
        [...slow.model.s.content.data.subarray(0, 2000)].map((c) => slow.model.s.contents.token(c)),
      );
    }
  });
  it('go on the same way from any step', () => {
    const whole = traceJson(quick);
    for (const k of [3, 500, 1400, 2900, quick.length - 2]) expect(traceJson(quick.runOn(k)), `from ${k}`).toBe(whole);
  });
});
