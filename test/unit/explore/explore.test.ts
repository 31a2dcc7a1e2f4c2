/** The explorer on snippets whose answers are known; its shortest executions run again from their schedules. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explore, explorationLines, type Exploration } from '../../../simulator/explore/index.ts';
import { load, run } from '../../../simulator/scenario/index.ts';

/** Two threads of a program; `inc` is what each does. */
const two = (inc: string): string => `
static int n;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void *inc(void *x) { ${inc} return 0; }
int main(void)
{
  pthread_t a, b;
  pthread_create(&a, 0, inc, 0);
  pthread_create(&b, 0, inc, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  //@ assert n == 2
  return 0;
}
`;
const GALLERY = new URL('../../../examples/gallery/', import.meta.url);
const forkUnderDma = (file: string): string =>
  readFileSync(new URL(file, GALLERY), 'utf8')
    .replace('//@ at running: fork app', '//@ explore fork app')
    .replace('//@ exists lost-write', '')
    .replace(/\/\/@ assert.*/g, '');

/** Verdicts as `text: holds` or `text: broken`. */
function verdicts(text: string, options = {}): string[] {
  return explorationOf(text, options).verdicts.map((v) => `${v.text}: ${v.holds ? 'holds' : 'broken'}`);
}
function explorationOf(text: string, options = {}): Exploration {
  const loaded = load(text);
  expect(loaded.diagnostics).toEqual([]);
  const e = explore(loaded, options);
  expect(e.complete).toBe(true);
  for (const v of e.verdicts) {
    if (!v.shortest) continue;
    // the schedule runs again, and the same goes wrong
    const s = run(text, { schedule: v.shortest.schedule });
    const found = [...s.results.filter((r) => !r.holds).map((r) => r.text), ...s.faults.map((f) => `no ${f.kind}`)];
    expect(found, v.shortest.schedule).toContain(v.text.replace('never ', 'no '));
    expect(s.length).toBe(v.shortest.steps);
  }
  return e;
}

describe('explorer', () => {
  it('finds the lost update of n++, and that a lock mends it', () => {
    expect(verdicts(two('n++;'))).toEqual(['assert n == 2: broken']);
    expect(verdicts(two('pthread_mutex_lock(&m); n++; pthread_mutex_unlock(&m);'))).toEqual(['assert n == 2: holds']);
  });

  it('says the same with and without reduction, in fewer executions', () => {
    for (const inc of ['n++;', 'n += 2; if (n > 1) n--;']) {
      const reduced = explorationOf(two(inc));
      const all = explorationOf(two(inc), { reduce: false });
      expect(reduced.verdicts.map((v) => [v.text, v.holds])).toEqual(all.verdicts.map((v) => [v.text, v.holds]));
      expect(reduced.executions).toBeLessThan(all.executions);
    }
  }, 60_000);

  const module = (unwind: string): string => `
#include <linux/slab.h>
//@ explore fail kmalloc
static char *a, *b;
static int init(void)
{
  a = kmalloc(16, GFP_KERNEL);
  if (!a)
    return -ENOMEM;
  b = kmalloc(32, GFP_KERNEL);
  if (!b) {
    ${unwind}
    return -ENOMEM;
  }
  return 0;
}
static void done(void) { kfree(b); kfree(a); }
module_init(init);
module_exit(done);
//@ never memory-leak
//@ process app
int app(void) { return 0; }
`;
  it('lets every kmalloc() fail once: the error path that forgets to free leaks', () => {
    const bad = explorationOf(module(''));
    expect(bad.verdicts.map((v) => [v.text, v.holds, v.count])).toEqual([['never memory-leak', false, 1]]);
    expect(bad.verdicts[0]!.shortest!.schedule).toMatch(/insmod\S*!\d/);
    expect(bad.executions).toBe(3);
    expect(verdicts(module('kfree(a);'))).toEqual(['never memory-leak: holds']);
  });

  it('forks at every place of a transfer: a get loses the write, a pin does not', () => {
    expect(verdicts(forkUnderDma('03-fork-get.c'))).toContain('no lost-write: broken');
    expect(verdicts(forkUnderDma('03-fork-pin.c'))).toContain('never lost-write: holds');
  });

  it('finds a deadlock of two locks that are taken in both orders', () => {
    const orders = (second: string): string => `
static pthread_mutex_t l = PTHREAD_MUTEX_INITIALIZER, m = PTHREAD_MUTEX_INITIALIZER;
static void take(pthread_mutex_t *x, pthread_mutex_t *y) { pthread_mutex_lock(x); pthread_mutex_lock(y); pthread_mutex_unlock(y); pthread_mutex_unlock(x); }
static void *one(void *x) { take(&l, &m); return 0; }
static void *two(void *x) { ${second}; return 0; }
int main(void) { pthread_t a, b; pthread_create(&a, 0, one, 0); pthread_create(&b, 0, two, 0); pthread_join(a, 0); pthread_join(b, 0); return 0; }
`;
    expect(verdicts(orders('take(&m, &l)'))).toEqual(['no deadlock: broken']);
    expect(verdicts(orders('take(&l, &m)'))).toEqual([]);
  });

  it('runs a thread between its start and the next statement of who started it', () => {
    const snippet = (free: string): string => `
#include <linux/slab.h>
#include <linux/kthread.h>
//@ explore
//@ never use-after-free
struct cfg { int x; struct rcu_head rcu; };
static struct cfg *now;
static int got;
static int reader(void *unused)
{
  struct cfg *c;

  rcu_read_lock();
  c = rcu_dereference(now);
  cpu_relax();
  if (c)
    got = c->x;
  rcu_read_unlock();
  return 0;
}
static void replace(void)
{
  struct cfg *c = kzalloc(sizeof(*c), GFP_KERNEL);
  struct task_struct *t;

  now = c;
  t = kthread_run(reader, NULL, "reader");
  now = NULL;
  ${free};
  kthread_stop(t);
}
//@ process app
int main(void) { replace(); return 0; }
`;
    expect(verdicts(snippet('kfree(c)'))).toContain('never use-after-free: broken');
    expect(verdicts(snippet('kfree_rcu(c, rcu)'))).toContain('never use-after-free: holds');
  });

  it('divides no atomic operation, but what is made of two', () => {
    const snippet = (put: string): string => `
#include <linux/refcount.h>
#include <linux/xarray.h>
#include <linux/kthread.h>
#include <linux/slab.h>
//@ explore
//@ never use-after-free, memory-leak
struct object { refcount_t count; int plain; };
static DEFINE_XARRAY(all);
static void put(struct object *o) { ${put} }
static int user(void *unused)
{
  struct object *o;

  xa_lock(&all);
  o = xa_load(&all, 1);
  if (o) {
    refcount_inc(&o->count);
    o->plain++;
  }
  xa_unlock(&all);
  if (o)
    put(o);
  return 0;
}
static void both(void)
{
  struct object *o = kzalloc(sizeof(*o), GFP_KERNEL);
  struct task_struct *t;

  refcount_set(&o->count, 1);
  o->plain = 1;
  xa_store(&all, 1, o, GFP_KERNEL);
  t = kthread_run(user, NULL, "user");
  o = xa_erase(&all, 1);
  put(o);
  kthread_stop(t);
}
//@ process app
int main(void) { both(); return 0; }
`;
    const whole = snippet('if (refcount_dec_and_test(&o->count)) kfree(o);');
    expect(verdicts(whole)).toEqual(['never use-after-free: holds', 'never memory-leak: holds']);
    expect(verdicts(snippet('int n = o->plain - 1; o->plain = n; if (!n) kfree(o);'))).toContain(
      'never memory-leak: broken',
    );
  });

  it('loses no wake-up between a condition and the sleep, but one that comes before its condition', () => {
    const snippet = (wake: string): string => `
#include <linux/wait.h>
#include <linux/kthread.h>
//@ explore
//@ never hang
static DECLARE_WAIT_QUEUE_HEAD(queue);
static int first, second;
static int waker(void *unused) { ${wake}; return 0; }
static int waiter(void *unused) { wait_event(queue, first || second); return 0; }
static void both(void)
{
  struct task_struct *t = kthread_run(waiter, NULL, "waiter"), *k = kthread_run(waker, NULL, "waker");

  kthread_stop(t);
  kthread_stop(k);
}
//@ process app
int main(void) { both(); return 0; }
`;
    expect(verdicts(snippet('first = 1; wake_up(&queue)'))).toEqual(['never hang: holds']);
    expect(verdicts(snippet('wake_up(&queue); first = 1'))).toEqual(['never hang: broken']);
  });

  it('stops at a bound and says so', () => {
    const e = explore(load(two('pthread_mutex_lock(&m); n++; pthread_mutex_unlock(&m);')), { turns: 20 });
    expect(e.complete).toBe(false);
    expect(explorationLines(e)[0]).toContain('a bound was reached');
  });
});
