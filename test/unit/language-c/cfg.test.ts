import { beforeAll, describe, expect, test } from 'vitest';
import { buildCfg, type CParser, formatCfg } from '../../../language/c/index.ts';
import { fn, testParser, unit } from './helpers.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** A fixture is a function followed by a comment with its graph. */
function check(fixture: string): void {
  const m = /\/\* graph\n([^]*)\*\//.exec(fixture);
  if (!m) throw new Error('fixture without graph');
  const source = fixture.slice(0, m.index);
  const u = unit(parser, source);
  const graph = formatCfg(buildCfg(fn(u)), source);
  expect(graph).toBe(
    m[1]!
      .trim()
      .split('\n')
      .map((l) => l.trim())
      .join('\n'),
  );
}

const fixtures: Record<string, string> = {
  'straight line': `
int f(void) { int a = 1; g(a); return a; }
/* graph
0 entry -> 1
1 decl a = 1 -> 2
2 g(a) -> 3
3 return a -> 4
4 exit
*/`,
  'early exits and goto': `
int f(int n)
{
	int ret = pin(n);
	if (ret < 0)
		return ret;
	if (ret != n)
		goto out;
	ret = 0;
out:
	unpin(n);
	return ret;
}
/* graph
0 entry -> 1
1 decl ret = pin(n) -> 2
2 if ret < 0 -> true 3, false 4
3 return ret -> 9
4 if ret != n -> true 6, false 5
5 ret = 0 -> 6
6 out: -> 7
7 unpin(n) -> 8
8 return ret -> 9
9 exit
*/`,
  'goto backwards is a back edge': `
void f(void)
{
retry:
	if (try())
		goto retry;
}
/* graph
0 entry -> 1
1 retry: -> 2
2 if try() -> true ^1, false 3
3 exit
*/`,
  'short circuit': `
void f(void)
{
	if ((a && !b) || unlikely(c))
		x();
	else
		y();
}
/* graph
0 entry -> 1
1 if a -> true 2, false 3
2 if b -> true 3, false 4
3 if c -> true 4, false 5
4 x() -> 6
5 y() -> 6
6 exit
*/`,
  'a condition that is asserted': `
void f(void)
{
	if (WARN_ON_ONCE(!a && !b(x)))
		return;
	y();
}
/* graph
0 entry -> 1
1 if WARN_ON_ONCE(a) -> true 4, false 2
2 if WARN_ON_ONCE(b(x)) -> true 4, false 3
3 return -> 5
4 y() -> 5
5 exit
*/`,
  '?: in a condition': `
void f(void)
{
	if (a ? b : c)
		x();
}
/* graph
0 entry -> 1
1 if a -> true 2, false 3
2 if b -> true 4, false 5
3 if c -> true 4, false 5
4 x() -> 5
5 exit
*/`,
  'while, break, continue': `
void f(void)
{
	while (i < n) {
		if (a)
			break;
		if (b)
			continue;
		i++;
	}
	done();
}
/* graph
0 entry -> 1
1 while i < n -> true 2, false 5
2 if a -> true 5, false 3
3 if b -> true ^1, false 4
4 i++ -> ^1
5 done() -> 6
6 exit
*/`,
  'for with declaration': `
void f(void)
{
	for (int i = 0; i < n; i++)
		put(i);
}
/* graph
0 entry -> 1
1 decl i = 0 -> 2
2 for i < n -> true 3, false 5
3 put(i) -> 4
4 i++ -> ^2
5 exit
*/`,
  'endless loops have no false edge': `
void f(void)
{
	for (;;) {
		if (stop())
			break;
	}
	while (1)
		work();
}
/* graph
0 entry -> 1
1 for 1 -> true 2
2 if stop() -> true 3, false ^1
3 while 1 -> true 4
4 work() -> ^3
5 exit
*/`,
  'do while (0) has no back edge': `
void f(void)
{
	do {
		if (a)
			break;
		x();
	} while (0);
	do y(); while (b);
}
/* graph
0 entry -> 1
1 if a -> true 3, false 2
2 x() -> 3
3 y() -> 4
4 do b -> true ^3, false 5
5 exit
*/`,
  'loop macros are loops': `
void f(void)
{
	list_for_each_entry_safe(p, q, &head, node) {
		if (bad(p))
			goto out;
		put(p);
	}
	for_each_sg(sgl, sg, n, i)
		put(sg_page(sg));
out:
	return;
}
/* graph
0 entry -> 1
1 list_for_each_entry_safe(p, q, &head, node) -> true 2, false 4
2 if bad(p) -> true 6, false 3
3 put(p) -> ^1
4 for_each_sg(sgl, sg, n, i) -> true 5, false 6
5 put(sg_page(sg)) -> ^4
6 out: -> 7
7 return -> 8
8 exit
*/`,
  'switch with fallthrough, ranges, nested case': `
int f(int c)
{
	switch (c) {
	case 1:
		a();
		fallthrough;
	case 2 ... 4:
		b();
		break;
	case 5: {
	case 6:
		d();
		break;
	}
	default:
		return -1;
	}
	return 0;
}
/* graph
0 entry -> 1
1 switch c -> case 1 2, case 2...4 3, case 5 4, case 6 4, default 5
2 a() -> 3
3 b() -> 6
4 d() -> 6
5 return -1 -> 7
6 return 0 -> 7
7 exit
*/`,
  'switch without default': `
void f(int c)
{
	switch (c) {
	case 1: return;
	}
	x();
}
/* graph
0 entry -> 1
1 switch c -> case 1 2, default 3
2 return -> 4
3 x() -> 4
4 exit
*/`,
  'statement expressions': `
int f(int n)
{
	int v = ({ int t = g(n); t + 1; });
	return a && ({ h(); 1; });
}
/* graph
0 entry -> 1
1 decl t = g(n) -> 2
2 $1 = t + 1 -> 3
3 decl v = $1 -> 4
4 if a -> true 5, false 9
5 h() -> 6
6 $3 = 1 -> 7
7 if $3 -> true 8, false 9
8 $2 = 1 -> 10
9 $2 = 0 -> 10
10 return $2 -> 11
11 exit
*/`,
  'cleanup attributes run on every way out': `
int f(void)
{
	struct page **pages __free(kvfree) = alloc();
	if (!pages)
		return -ENOMEM;
	{
		char *b __attribute__((cleanup(drop))) = g();
		if (!b)
			goto out;
		use(b);
	}
out:
	return 0;
}
/* graph
0 entry -> 1
1 decl pages = alloc() -> 2
2 if pages -> true 5, false 3
3 return -ENOMEM -> 4
4 cleanup pages free:kvfree -> 13
5 decl b = g() -> 6
6 if b -> true 8, false 7
7 cleanup b drop -> 10
8 use(b) -> 9
9 cleanup b drop -> 10
10 out: -> 11
11 return 0 -> 12
12 cleanup pages free:kvfree -> 13
13 exit
*/`,
  'guard and scoped_guard': `
int f(void)
{
	guard(mutex)(&d->lock);
	scoped_guard(spinlock, &d->s) {
		if (a)
			return 1;
		if (b)
			break;
		x();
	}
	scoped_cond_guard(mutex_intr, return -EINTR, &d->m)
		y();
	return 0;
}
/* graph
0 entry -> 1
1 guard mutex -> 2
2 guard spinlock -> 3
3 if a -> true 4, false 7
4 return 1 -> 5
5 leave spinlock -> 6
6 leave mutex -> 18
7 if b -> true 8, false 9
8 leave spinlock -> 11
9 x() -> 10
10 leave spinlock -> 11
11 guard mutex_intr -> true 12, false 14
12 y() -> 13
13 leave mutex_intr -> 16
14 return -EINTR -> 15
15 leave mutex -> 18
16 return 0 -> 17
17 leave mutex -> 18
18 exit
*/`,
  'noreturn calls do not reach the exit': `
int f(int n)
{
	if (n)
		panic("no");
	return 0;
}
/* graph
0 entry -> 1
1 if n -> true 2, false 3
2 panic("no") -> ^2
3 return 0 -> 4
4 exit
*/`,
  'macros with jumps': `
#define CHECK(c, label) do { if (!(c)) { ret = -EINVAL; goto label; } } while (0)
#define RET_IF(c) if (c) return
int f(int n)
{
	CHECK(n > 0, out);
	RET_IF(n == 7);
	work();
out:
	return ret;
}
/* graph
0 entry -> 1
1 if n > 0 -> true 3, false 2
2 ret = -EINVAL -> 6
3 if n == 7 -> true 4, false 5
4 return -> 8
5 work() -> 6
6 out: -> 7
7 return ret -> 8
8 exit
*/`,
  'unknown conditionals are choices': `
int f(int n)
{
#ifndef CONFIG_SWAP_LESS
	a();
#else
	b();
#endif
#if defined(X) && IS_ENABLED(CONFIG_Y)
	c();
#endif
	return 0;
}
/* graph
0 entry -> 1
1 choice -> #if defined(CONFIG_SWAP_LESS) 2, #else 3
2 b() -> 4
3 a() -> 4
4 choice -> #if defined(X) && IS_ENABLED(CONFIG_Y) 5, #else 6
5 c() -> 6
6 return 0 -> 7
7 exit
*/`,
  'dead code makes no nodes, labels in it do': `
int f(void)
{
	goto in;
	dead();
	while (a) {
in:
		b();
	}
	return 0;
}
/* graph
0 entry -> 2
1 while a -> true 2, false 4
2 in: -> 3
3 b() -> ^1
4 return 0 -> 5
5 exit
*/`,
};

describe('control-flow graph', () => {
  for (const [name, fixture] of Object.entries(fixtures)) test(name, () => check(fixture));
});
