/** The simulator through its messages: what the panel, the debugger and the test explorer build on. */
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../client/vscode/engine.ts';
import { explore } from '../../../simulator/explore/index.ts';
import { load as loadSnippet } from '../../../simulator/scenario/index.ts';
import { engine, gallery, lineOf, load } from './engine.ts';
import { LOST_UPDATE } from '../../fixtures/lost-update.ts';

let e: Engine;
beforeEach(() => void (e = engine()));
afterEach(() => e.dispose());

const PROGRAM = `struct point { int x, y; unsigned flags : 3; };
struct point corner = { 1, 2, 5 };
static int counter;
static int twice(int n)
{
	int result = n * 2;

	counter++;
	return result;
}
//@ process app
int main(void)
{
	int total = 0;
	int list[4] = { 10, 20, 30, 40 };
	struct point *p = &corner;
	for (int i = 0; i < 4; i++) {
		total += twice(list[i]);
		p->x = total;
	}
	//@ assert total == 201
	return total;
}
`;
const at = (text: string): number => lineOf(PROGRAM, text);

describe('load', () => {
  test('a run: steps, actors, results', async () => {
    const run = await load(e, gallery('01-swap'));
    expect(run.ok).toBe(true);
    expect(run.problems).toEqual([]);
    expect(run.length).toBe(run.steps.place.length);
    expect(run.actors.map((a) => [a.name, a.kind])).toEqual([['app', 'process']]);
    expect(run.results.map((r) => r.holds)).toEqual([true, true, true, true]);
  });
  test('a failed assertion has both sides and its line', async () => {
    const run = await load(e, PROGRAM);
    expect(run.ok).toBe(false);
    expect(run.results).toMatchObject([
      { holds: false, annotation: at('//@ assert'), sides: { actual: '200', expected: '201' } },
    ]);
  });
  test('what can’t be read comes back as data, with its line and advice', async () => {
    const run = await load(e, 'int main(void)\n{\n\tint n = 3;\n\tint a[n];\n\treturn a[0];\n}\n');
    expect(run.faults.length + run.problems.length).toBeGreaterThan(0);
    const broken = await load(e, 'int main(void)\n{\n\tint = 3;\n}\n');
    expect(broken.length).toBe(0);
    expect(broken.problems).toMatchObject([{ severity: 'error', line: 3 }]);
    const unknown = await load(e, '//@ nonsense\nint main(void) { return 0; }\n');
    expect(unknown.problems).toMatchObject([{ severity: 'error', line: 1 }]);
    expect(unknown.problems[0]!.advice).toContain('annotations');
  });
  test('a statement that is muted is not run, and lines stay', async () => {
    const run = await load(e, PROGRAM, { muted: [at('counter++')] });
    expect(
      run.places.some((p) => p.line === at('counter++') && run.files[0]!.text.slice(p.start, p.end).length > 1),
    ).toBe(false);
    expect(await e.request('evaluate', { step: run.length, expression: 'counter' })).toMatchObject({
      message: expect.stringContaining('not used by anything that was run') as string,
    });
    expect(run.results[0]!.annotation).toBe(at('//@ assert'));
  });
  test('a call is made to fail', async () => {
    const source = gallery('01-swap');
    const run = await load(e, source, { failures: [{ call: 'get_user_pages_fast', nth: 1 }] });
    expect(run.ok).toBe(false);
    const events = await e.request('events', { from: 0, to: run.length });
    expect(events.some((x) => x.kind === 'injected')).toBe(true);
  });
  describe('a schedule', () => {
    const source = LOST_UPDATE;
    const { schedule, steps } = explore(loadSnippet(source)).verdicts[0]!.shortest!;
    test('comes from the request that explores', async () => {
      await load(e, source);
      const explored = await e.request('explore', {});
      expect(explored).toMatchObject({ ok: false, complete: true });
      expect(explored.verdicts).toMatchObject([{ text: 'assert n == 2', holds: false, shortest: { schedule, steps } }]);
      expect(explored.lines.join('\n')).toContain(schedule);
      expect(await e.request('explore', { turns: 3 })).toMatchObject({ complete: false, turns: 3 });
      // the run that was loaded is untouched
      expect(await e.request('evaluate', { step: 0, expression: 'n' })).toMatchObject({ value: '0' });
    });
    test('exploring can be cancelled', async () => {
      await load(e, source.replace('n++;', 'n++; n++; n++; n++; n++; n++;'));
      const cancel = new CancellationTokenSource();
      const asked = e.request('explore', { turns: 10_000_000 }, cancel.token);
      setTimeout(() => cancel.cancel(), 50);
      await expect(asked).rejects.toThrow('cancelled');
      expect(await e.request('evaluate', { step: 0, expression: 'n' })).toMatchObject({ value: '0' });
    });
    test('opens the counterexample that the explorer found', async () => {
      expect((await load(e, source)).results.map((r) => r.holds)).toEqual([true]);
      const run = await load(e, source, { schedule });
      expect(run.length).toBe(steps);
      expect(run.results).toMatchObject([{ holds: false, sides: { actual: '1', expected: '2' } }]);
      expect(await e.request('evaluate', { step: run.length, expression: 'n' })).toMatchObject({ value: '1' });
    });
    test('stands for that of the file; an empty one takes it away', async () => {
      const written = source + `//@ schedule ${schedule}\n`;
      expect((await load(e, written)).ok).toBe(false);
      expect((await load(e, written, { schedule: '' })).ok).toBe(true);
    });
    test('that can’t be read is a problem, and nothing runs', async () => {
      const run = await load(e, source, { schedule: 'main #2' });
      expect(run.length).toBe(0);
      expect(run.ok).toBe(false);
      expect(run.problems).toMatchObject([{ severity: 'error', line: 1 }]);
      expect(run.problems[0]!.message).toContain("'#2'");
      const inFile = await load(e, `${source}//@ schedule main #2\n`);
      expect(inFile.problems).toMatchObject([{ severity: 'error', line: 13 }]);
    });
    test('that asks for somebody who is not there is a fault', async () => {
      const run = await load(e, source, { schedule: 'main nobody' });
      expect(run.faults).toMatchObject([{ kind: 'schedule' }]);
      expect(run.faults[0]!.about).not.toBe('');
    });
  });
  test('may pause: what there is can be read, and going on gives the same run', async () => {
    for (const name of ['01-swap', '03-fork-get', '19-mmu-notifier-driver', '04-writeback']) {
      const whole = await load(e, gallery(name));
      const wholeTrace = await e.request('report', { kind: 'json', name });
      const begun = await e.request('load', { name: 'snippet.c', source: gallery(name), pause: 0 });
      expect(begun).toMatchObject({ unfinished: true, faults: [], results: [] });
      expect(begun.length).toBeLessThan(whole.length);
      let parts = 1;
      for (let gone = await e.request('goOn', { pause: 0 }); ; gone = await e.request('goOn', { pause: 0 })) {
        parts++;
        // wherever one looks meanwhile
        const looked = await e.request('snapshot', {
          step: parts % 2 ? 0 : begun.length,
          arrangement: 'pfn',
          all: true,
        });
        expect(looked.grid.pages.length).toBeGreaterThan(0);
        if (!gone.run) continue;
        expect(gone.run).toEqual(whole);
        break;
      }
      expect(parts).toBeGreaterThan(5);
      expect(await e.request('report', { kind: 'json', name })).toBe(wholeTrace);
      expect((await e.request('timeline', {})).lanes[0]!.steps.length).toBeGreaterThan(begun.length);
    }
  });
  test('may be ended where it stands: what has run stays, and nothing is said of what was to come', async () => {
    const name = '03-fork-get';
    const whole = await load(e, gallery(name));
    expect(whole.faults).toHaveLength(1);
    const begun = await e.request('load', { name: 'snippet.c', source: gallery(name), pause: 0 });
    await e.request('snapshot', { step: 0, arrangement: 'pfn' });
    const { length, run } = await e.request('goOn', { stop: true });
    // the fault, and the property that asks for it, would have come later
    expect(run).toMatchObject({ cut: true, ok: true, length: begun.length, faults: [], results: [] });
    expect(run!.unfinished).toBeUndefined();
    expect(length).toBe(begun.length);
    const trace = await e.request('report', { kind: 'json', name });
    expect(trace).toContain('"steps"');
    expect((await e.request('snapshot', { step: length, arrangement: 'pfn', all: true })).step).toBe(length);
    // it is over
    expect((await e.request('goOn', { stop: true })).run).toEqual(run);
    expect((await e.request('goOn', {})).run).toEqual(run);
  });
  test('the same text and seed give the same run', async () => {
    const one = await load(e, gallery('03-fork-get'), { seed: 7 });
    const two = await load(e, gallery('03-fork-get'), { seed: 7 });
    expect(two).toEqual(one);
  });
});

describe('expressions', () => {
  const value = async (expression: string, step: number): Promise<string> => {
    const r = await e.request('evaluate', { step, expression });
    return r.ok ? r.value : `! ${r.message}`;
  };
  test('C arithmetic on variables, members, elements', async () => {
    await load(e, PROGRAM);
    const [step] = await e.request('stepsOfLine', { line: at('return total') });
    expect(await value('total', step!)).toBe('200');
    expect(await value('list[1] + list[3] * 2', step!)).toBe('100');
    expect(await value('p->x == total && p->y == 2', step!)).toBe('1');
    expect(await value('corner.flags', step!)).toBe('5');
    expect(await value('*(list + 2)', step!)).toBe('30');
    expect(await value('(unsigned char)(total + 100)', step!)).toMatch(/^44/);
    expect(await value('sizeof(struct point)', step!)).toBe('12');
    expect(await value('-1 < 1u', step!)).toBe('0');
    expect(await value('total > 100 ? 7 : 8', step!)).toBe('7');
    expect(await value('nothing', step!)).toMatch(/^! nothing is not known in main/);
    expect(await value('total +', step!)).toMatch(/^! this is no C expression/);
    expect(await value('total = 3', step!)).toMatch(/only looks/);
  });
  test('a call runs, and leaves no trace', async () => {
    const run = await load(e, PROGRAM);
    const [step] = await e.request('stepsOfLine', { line: at('return total') });
    expect(await value('twice(21)', step!)).toBe('42');
    expect(await value('counter', step!)).toBe('4');
    expect(await value('counter', run.length)).toBe('4');
  });
  test('questions of assertions', async () => {
    const source = gallery('01-swap');
    const run = await load(e, source);
    const [step] = await e.request('stepsOfLine', { line: lineOf(source, 'grab_stop();') });
    expect(await value('refcount(pages[0])', step!)).toMatch(/^\d+$/);
    expect(await value('page(buf) == before', step!)).toBe('1');
    // swapped out, but the device's data is in the swap cache
    expect(await value('buf[0]', step!)).toBe('170');
    expect(await value('buf[0]', run.length)).toMatch(/^!/);
  });
});

describe('variables', () => {
  test('locals open one level at a time', async () => {
    await load(e, PROGRAM);
    const [step] = await e.request('stepsOfLine', { line: at('return total') });
    const [locals] = await e.request('scopes', { step: step! });
    const rows = await e.request('variables', { step: step!, ref: locals!.ref });
    expect(rows.map((r) => r.name)).toEqual(['total', 'list', 'p']);
    const list = rows[1]!;
    expect(list.indexed).toBe(4);
    const elements = await e.request('variables', { step: step!, ref: list.ref, start: 1, count: 2 });
    expect(elements.map((r) => [r.name, r.value, r.expression])).toEqual([
      ['[1]', '20', 'list[1]'],
      ['[2]', '30', 'list[2]'],
    ]);
    const p = await e.request('variables', { step: step!, ref: rows[2]!.ref });
    expect(p.map((r) => [r.name, r.value, r.expression])).toEqual([
      ['x', '200', 'p->x'],
      ['y', '2', 'p->y'],
      ['flags', '5', 'p->flags'],
    ]);
  });
  test('a page shows its counts and who holds it', async () => {
    const source = gallery('01-swap');
    await load(e, source);
    const [step] = await e.request('stepsOfLine', { line: lineOf(source, 'grab_stop();') });
    const page = await e.request('evaluate', { step: step!, expression: 'pages[0]' });
    if (!page.ok) throw new Error(page.message);
    const rows = await e.request('variables', { step: step!, ref: page.ref });
    const names = rows.map((r) => r.name);
    expect(names).toEqual(expect.arrayContaining(['refcount', 'mapcount', 'pincount', 'flags', 'holders', 'taken by']));
    expect(rows.find((r) => r.name === 'refcount')!.watch).toMatch(/^page:\d+:refcount$/);
  });
});

describe('finding steps', () => {
  test('lines, hit counts and conditions, both ways', async () => {
    const run = await load(e, PROGRAM);
    const line = at('total += twice');
    const hits = await e.request('stepsOfLine', { line });
    expect(hits).toHaveLength(4);
    const find = async (o: object, from: number, direction: 1 | -1): Promise<number | null> =>
      (await e.request('findStep', { from, direction, stops: [{ on: { kind: 'line', line }, ...o }] })).step;
    expect(await find({}, 0, 1)).toBe(hits[0]);
    expect(await find({ hits: '3' }, 0, 1)).toBe(hits[2]);
    expect(await find({ hits: '3' }, run.length, -1)).toBe(hits[2]);
    expect(await find({ hits: '% 2' }, hits[1]!, 1)).toBe(hits[3]);
    expect(await find({ condition: 'i == 2' }, 0, 1)).toBe(hits[2]);
    expect(await find({ condition: 'i == 2' }, run.length, -1)).toBe(hits[2]);
    expect(await find({}, hits[0]!, -1)).toBe(null);
  });
  test('functions, data, log points', async () => {
    const run = await load(e, PROGRAM);
    const inside = await e.request('stepsOfLine', { line: at('int result') });
    const entered = await e.request('findStep', {
      from: 0,
      direction: 1,
      stops: [{ on: { kind: 'function', name: 'twice' } }],
    });
    expect(entered.step).toBe(inside[0]);
    const changed = await e.request('findStep', {
      from: 0,
      direction: 1,
      stops: [{ on: { kind: 'data', watch: 'counter' } }],
    });
    const [increment, second] = await e.request('stepsOfLine', { line: at('counter++') });
    expect(changed.step).toBe(increment! + 1);
    expect(changed.reasons[0]!.text).toBe('counter changes from 0 to 1');
    const back = await e.request('findStep', {
      from: second! + 1,
      direction: -1,
      stops: [{ on: { kind: 'data', watch: 'counter' } }],
    });
    expect(back.step).toBe(second);
    const logged = await e.request('findStep', {
      from: 0,
      direction: 1,
      stops: [{ on: { kind: 'line', line: at('return result') }, log: 'n is {n}' }],
    });
    expect(logged.step).toBe(null);
    expect(logged.logs.map((l) => l.text)).toEqual(['n is 10', 'n is 20', 'n is 30', 'n is 40']);
    expect(run.length).toBeGreaterThan(0);
  });
  test('a page’s count', async () => {
    const source = gallery('03-fork-pin');
    const run = await load(e, source);
    const found = await e.request('findStep', {
      from: 0,
      direction: 1,
      stops: [{ on: { kind: 'function', name: 'pin_user_pages_fast' } }],
    });
    expect(found.step).not.toBe(null);
    const page = await e.request('evaluate', { step: run.length - 1, expression: 'pages[0]' });
    if (!page.ok) throw new Error(page.message);
    const rows = await e.request('variables', { step: run.length - 1, ref: page.ref });
    const { watch } = rows.find((r) => r.name === 'pincount')!;
    const pin = await e.request('findStep', {
      from: 0,
      direction: 1,
      stops: [{ on: { kind: 'data', watch: watch! } }],
    });
    expect(pin.reasons[0]!.text).toMatch(/^pincount of page \d+ changes from 0 to 1$/);
  });
  test('steps into, over, out of calls, and back', async () => {
    await load(e, PROGRAM);
    const [call] = await e.request('stepsOfLine', { line: at('total += twice') });
    const next = (from: number, granularity: 'into' | 'over' | 'out', direction: 1 | -1 = 1): Promise<number | null> =>
      e.request('nextStep', { from, direction, granularity });
    const into = (await next(call!, 'into'))!;
    expect((await e.request('position', { step: into })).place.line).toBe(at('int result'));
    const over = (await next(call!, 'over'))!;
    expect((await e.request('position', { step: over })).place.line).toBe(at('p->x = total'));
    expect(await next(into, 'out')).toBe(over);
    expect(await next(over, 'over', -1)).toBe(call);
    expect(await next(over, 'into', -1)).toBe(over - 1);
    expect(await next(over - 1, 'out', -1)).toBe(call);
    expect(await next(0, 'over', -1)).toBe(null);
  });
  test('a search that nobody waits for any more ends', async () => {
    const source =
      '//@ process app\nint main(void)\n{\n\tvolatile int n = 0;\n\twhile (n < 60000)\n\t\tn++;\n\treturn n;\n}\n';
    await load(e, source);
    const cancel = new CancellationTokenSource();
    const answer = e.request(
      'findStep',
      { from: 0, direction: 1, stops: [{ on: { kind: 'data', watch: 'n > 100000' } }] },
      cancel.token,
    );
    cancel.cancel();
    await expect(answer).rejects.toThrow('cancelled');
    expect((await e.request('position', { step: 3 })).step).toBe(3);
  });
});

test('stack, threads, coverage', async () => {
  await load(e, PROGRAM);
  const [inside] = await e.request('stepsOfLine', { line: at('counter++') });
  const stack = await e.request('callStack', { step: inside! });
  expect(stack.map((f) => [f.name, f.place.line])).toEqual([
    ['twice', at('counter++')],
    ['main', at('total += twice')],
  ]);
  expect(await e.request('threads', { step: inside! })).toMatchObject([{ name: 'app', state: 'running' }]);
  const coverage = await e.request('coverage', {});
  expect(coverage.functions.map((f) => [f.name, f.count])).toEqual([
    ['twice', 4],
    ['main', 1],
  ]);
  expect(coverage.statements.find((s) => s.line === at('p->x'))!.count).toBe(4);
  expect(await e.request('statementLines', { lines: [at('int result') + 1] })).toEqual([at('counter++')]);
});
