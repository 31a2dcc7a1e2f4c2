/** The debug adapter, driven by the messages that VS Code sends. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { afterEach, describe, expect, test } from 'vitest';
import { gallery, lineOf } from '../engine/engine.ts';
import { Client } from './client.ts';
import { LOST_UPDATE } from '../../fixtures/lost-update.ts';

let c: Client;
afterEach(() => c.dispose());

/** A small driver with a header, a work item, a leak, and a program that uses it. */
const HEADER = `#define MAX 4
static inline int clamp_count(int n)
{
	return n > MAX ? MAX : n;
}
`;
const DRIVER = `#include <linux/module.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/workqueue.h>
#include "count.h"

struct grab {
	struct page *pages[4];
	int count;
	int jobs;
};
static struct grab grab;
static struct work_struct job;

static void do_job(struct work_struct *w)
{
	grab.jobs++;
}

static long grab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int n = clamp_count(cmd);

	n = pin_user_pages_fast(arg, n, FOLL_WRITE, grab.pages);
	if (n < 0)
		return n;
	grab.count = n;
	printk("pinned %d pages\\n", n);
	schedule_work(&job);
	return n;
}
static const struct file_operations fops = { .owner = THIS_MODULE, .unlocked_ioctl = grab_ioctl };
static struct miscdevice misc = { .minor = MISC_DYNAMIC_MINOR, .name = "grab", .fops = &fops };
static int __init grab_init(void)
{
	INIT_WORK(&job, do_job);
	return misc_register(&misc);
}
static void __exit grab_exit(void)
{
	flush_work(&job);
	misc_deregister(&misc);
}
module_init(grab_init);
module_exit(grab_exit);

//@ process app
int main(void)
{
	int fd = open("/dev/grab", O_RDWR);
	char *buf = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int got = 0;

	for (int i = 0; i < 3; i++)
		got += i;
	got = ioctl(fd, 2, buf);
	//@ assert got == 3
	close(fd);
	return 0;
}
`;
const at = (text: string): number => lineOf(DRIVER, text);
const driver = (): Client => (c = new Client(DRIVER, { 'count.h': HEADER }));

test('runs to the end: output, outcome, exit code', async () => {
  driver();
  await c.ask('initialize', { adapterID: 'pinscope' });
  await c.ask('launch', { program: '/work/snippet.c' });
  await c.event('initialized');
  await c.ask('configurationDone');
  expect(await c.event('exited')).toEqual({ exitCode: 1 });
  await c.event('terminated');
  const texts = c.outputs.map((o) => `${o.category}: ${o.output}`);
  expect(texts.some((t) => t.startsWith('stdout: pinned 2 pages'))).toBe(true);
  expect(texts.some((t) => t.includes('FAULT: leak'))).toBe(true);
  expect(texts.some((t) => t.includes('FAILED: assert got == 3 (it is 2, expected 3)'))).toBe(true);
  expect(c.moves.at(-1)).toBe(undefined);
});

test('a source that can’t be read fails the launch with its line', async () => {
  c = new Client('int main(void)\n{\n\tint = 3;\n}\n');
  await c.ask('initialize');
  const r = await c.raw('launch', { program: '/work/snippet.c' });
  expect(r.success).toBe(false);
  expect(r.message).toMatch(/^line 3: /);
});

describe('breakpoints', () => {
  test('on a line without a statement it moves to the next one', async () => {
    driver();
    const stop = await c.launch({}, async () => {
      const [b, none] = await c.breakpoints({ line: at('int n = clamp_count') + 1 }, { line: 999 });
      expect(b).toMatchObject({ verified: true, line: at('n = pin_user_pages_fast') });
      expect(none!.verified).toBe(false);
    });
    expect(stop).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [1] });
    expect((await c.stack()).map((f) => [f.name, f.line])).toEqual([
      ['grab_ioctl', at('n = pin_user_pages_fast')],
      ['main', at('got = ioctl')],
    ]);
  });
  test('conditions, hit counts, log points', async () => {
    driver();
    const line = at('got += i');
    await c.launch({}, () => c.breakpoints({ line, condition: 'i == 1' }));
    expect(await c.value('i')).toBe('1');
    await c.breakpoints({ line, hitCondition: '3' });
    await c.move('continue');
    expect(await c.value('i')).toBe('2');
    await c.breakpoints({ line, logMessage: 'i={i} got={got}' });
    await c.move('reverseContinue');
    const logs = c.outputs.filter((o) => o.output.startsWith('i='));
    expect(logs.map((o) => o.output)).toEqual(['i=1 got=0\n', 'i=0 got=0\n']);
    expect(logs[0]!.line).toBe(line);
  });
  test('a condition that has no value is told', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('got += i'), condition: 'nowhere > 1' }));
    expect(c.outputs.some((o) => o.output.includes('nowhere is not known'))).toBe(true);
  });
  test('functions of the program and of the kernel', async () => {
    driver();
    const stop = await c.launch({}, async () => {
      const { breakpoints } = await c.ask<P.SetFunctionBreakpointsResponse>('setFunctionBreakpoints', {
        breakpoints: [{ name: 'do_job' }, { name: 'pin_user_pages_fast' }, { name: 'nothing' }],
      });
      expect(breakpoints.map((b) => b.verified)).toEqual([true, true, false]);
    });
    expect(stop.reason).toBe('function breakpoint');
    expect(await c.line()).toBe(at('n = pin_user_pages_fast'));
    await c.move('continue');
    expect((await c.stack())[0]).toMatchObject({ name: 'do_job', line: at('grab.jobs++') });
  });
  test('data: a variable, a page’s pincount, in both directions', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('close(fd)') }));
    const page = await c.ask<P.EvaluateResponse>('evaluate', { expression: 'grab.pages[0]' });
    const info = await c.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', {
      variablesReference: page.variablesReference,
      name: 'pincount',
    });
    expect(info.description).toMatch(/^pincount of page \d+$/);
    await c.breakpoints();
    await c.ask('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId }] });
    const back = await c.move('reverseContinue');
    expect(back).toMatchObject({ reason: 'data breakpoint', text: expect.stringMatching(/from 0 to 1$/) as string });
    expect(await c.line()).toBe(at('n = pin_user_pages_fast'));
    const count = await c.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', { name: 'grab.count' });
    await c.ask('setDataBreakpoints', { breakpoints: [{ dataId: count.dataId }] });
    expect((await c.move('continue')).text).toBe('grab.count changes from 0 to 2');
    const rvalue = await c.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', { name: 'grab.jobs * 2' });
    await c.ask('setDataBreakpoints', { breakpoints: [{ dataId: rvalue.dataId }] });
    expect((await c.move('continue')).text).toBe('grab.jobs * 2 changes from 0 to 2');
  });
  test('in a header', async () => {
    driver();
    await c.launch({}, async () => {
      const r = await c.ask<P.SetBreakpointsResponse>('setBreakpoints', {
        source: { path: '/work/count.h' },
        breakpoints: [{ line: 4 }],
      });
      expect(r.breakpoints[0]).toMatchObject({ verified: true, line: 4 });
    });
    expect((await c.stack()).map((f) => [f.name, f.source!.path, f.line])).toEqual([
      ['clamp_count', '/work/count.h', 4],
      ['grab_ioctl', '/work/snippet.c', at('int n = clamp_count')],
      ['main', '/work/snippet.c', at('got = ioctl')],
    ]);
    const { sources } = await c.ask<P.LoadedSourcesResponse>('loadedSources');
    expect(sources.map((s) => s.path)).toEqual(['/work/snippet.c', '/work/count.h']);
  });
});

describe('moving', () => {
  test('over, into and out of calls, and back', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('got = ioctl') }));
    await c.breakpoints();
    expect((await c.move('stepIn')).reason).toBe('step');
    expect((await c.stack())[0]!.name).toBe('grab_ioctl');
    await c.move('stepIn');
    expect((await c.stack())[0]!.name).toBe('clamp_count');
    await c.move('stepOut');
    expect(await c.line()).toBe(at('n = pin_user_pages_fast'));
    await c.move('next');
    expect(await c.line()).toBe(at('if (n < 0)'));
    await c.move('stepBack');
    expect(await c.line()).toBe(at('n = pin_user_pages_fast'));
    expect(await c.value('grab.count')).toBe('0');
    await c.move('stepBack');
    expect(await c.line()).toBe(at('int n = clamp_count'));
  });
  test('a breakpoint inside of what is stepped over stops', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('got = ioctl') }, { line: at('grab.count = n') }));
    expect((await c.move('next')).reason).toBe('breakpoint');
    expect(await c.line()).toBe(at('grab.count = n'));
  });
  test('back to the beginning, on to the end', async () => {
    driver();
    expect((await c.launch({ stopOnEntry: true })).reason).toBe('entry');
    expect((await c.move('reverseContinue')).description).toBe('At the beginning of the run');
    expect((await c.move('continue')).description).toBe('At the end of the run');
    expect((await c.move('stepBack')).reason).toBe('step');
    const printed = c.outputs.filter((o) => o.output.startsWith('pinned')).length;
    await c.move('reverseContinue');
    await c.move('continue');
    expect(c.outputs.filter((o) => o.output.startsWith('pinned')).length).toBe(printed);
  });
  test('begins at a step, and goes back from there', async () => {
    driver();
    await c.launch({ startAt: 7 });
    expect(c.moves.at(-1)).toBe(7);
    await c.move('stepBack');
    expect(c.moves.at(-1)).toBeLessThan(7);
    driver();
    await c.launch({ startAt: 1_000_000 });
    expect((await c.move('stepBack')).reason).toBe('step');
  });
  test('jump to a line, restart a frame', async () => {
    driver();
    await c.launch({ stopOnEntry: true });
    const source = { path: '/work/snippet.c' };
    const { targets } = await c.ask<P.GotoTargetsResponse>('gotoTargets', { source, line: at('grab.count = n') });
    expect((await c.move('goto', { targetId: targets[0]!.id })).reason).toBe('goto');
    expect(await c.line()).toBe(at('grab.count = n'));
    const frames = await c.stack();
    await c.move('restartFrame', { frameId: frames[0]!.id });
    expect(await c.line()).toBe(at('int n = clamp_count'));
    await c.move('restartFrame', { frameId: (await c.stack())[1]!.id });
    expect(await c.line()).toBe(at('int fd = open'));
  });
});

describe('looking', () => {
  test('scopes, structs, arrays, pages with their holders', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('printk') }));
    const frameId = (await c.stack())[0]!.id;
    const { scopes } = await c.ask<P.ScopesResponse>('scopes', { frameId });
    expect(scopes.map((s) => s.name)).toEqual(['Locals', 'Globals', 'Pages', 'Counters']);
    const open = async (ref: number, args: object = {}): Promise<P.Variable[]> =>
      (await c.ask<P.VariablesResponse>('variables', { variablesReference: ref, ...args })).variables;
    const locals = await open(scopes[0]!.variablesReference);
    expect(locals.map((v) => v.name)).toEqual(['file', 'cmd', 'arg', 'n']);
    expect(locals.at(-1)).toMatchObject({ value: '2', type: 'int', evaluateName: 'n' });
    const globals = await open(scopes[1]!.variablesReference);
    const members = await open(globals.find((v) => v.name === 'grab')!.variablesReference);
    expect(members.map((v) => v.evaluateName)).toEqual(['grab.pages', 'grab.count', 'grab.jobs']);
    const elements = await open(members[0]!.variablesReference, { start: 0, count: 2 });
    const page = await open(elements[0]!.variablesReference);
    const row = (name: string): P.Variable => page.find((v) => v.name === name)!;
    expect(row('pincount').value).toBe('1');
    const holders = await open(row('holders').variablesReference);
    expect(holders.some((h) => h.name.startsWith('PTE of app'))).toBe(true);
    const taken = await open(row('taken by').variablesReference);
    expect(taken[0]).toMatchObject({ name: 'pin_user_pages_fast()' });
    expect(taken[0]!.value).toContain(`line ${at('n = pin_user_pages_fast')}`);
    const pages = await open(scopes[2]!.variablesReference);
    expect(pages.some((p) => p.value.includes('pincount 1'))).toBe(true);
  });
  test('expressions in any frame; what is no value is an error', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('printk') }));
    const frames = await c.stack();
    expect(await c.value('refcount(grab.pages[0]) >= 1024 && n == 2')).toBe('1');
    const outer = await c.ask<P.EvaluateResponse>('evaluate', { expression: 'got', frameId: frames[1]!.id });
    expect(outer.result).toBe('3');
    const r = await c.raw('evaluate', { expression: 'got', frameId: frames[0]!.id });
    expect(r).toMatchObject({ success: false, message: 'got is not known in grab_ioctl()' });
  });
  test('what may come next in an expression', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('printk') }));
    const frames = await c.stack();
    const labels = async (text: string, frame = 0): Promise<string[]> => {
      const args = { text, column: text.length + 1, frameId: frames[frame]!.id };
      const { targets } = await c.ask<P.CompletionsResponse>('completions', args);
      for (const { label, start, length } of targets)
        expect(label.startsWith(text.slice(start, start! + length!))).toBe(true);
      return targets.map((t) => t.label);
    };
    expect(await labels('gr')).toEqual(expect.arrayContaining(['grab', 'grab_ioctl']));
    expect(await labels('1 + grab.')).toEqual(['pages', 'count', 'jobs']);
    expect(await labels('refcount(grab.pages[0]) + (&grab)->co')).toEqual(['count']);
    expect(await labels('grab.pages[n - 1]->_ref')).toEqual(['_refcount']);
    expect(await labels('pincount(gra', 0)).toContain('grab');
    expect(await labels('pinc')).toEqual(['pincount']);
    expect([await labels('go'), await labels('go', 1)]).toEqual([[], ['got']]);
    expect(await labels('nosuch.')).toEqual([]);
    expect(await labels(')).')).toEqual([]);
  });
  test('threads are the actors', async () => {
    driver();
    await c.launch({}, () => c.breakpoints({ line: at('grab.jobs++') }));
    const names = (await c.threads()).map((t) => t.name);
    expect(names.length).toBeGreaterThan(0);
    const stack = await c.stack();
    expect(stack[0]!.name).toBe('do_job');
  });
});

describe('faults', () => {
  test('stop where they become inevitable and say why', async () => {
    c = new Client(gallery('03-fork-get'));
    const stop = await c.launch({}, () => c.ask('setExceptionBreakpoints', { filters: ['all'] }));
    expect(stop.reason).toBe('exception');
    const info = await c.ask<P.ExceptionInfoResponse>('exceptionInfo', { threadId: 1 });
    expect(info.exceptionId).toBe('lost-write');
    expect(info.description).toContain('It became inevitable at step');
    expect(info.description).toContain('It showed at step');
  });
  test('those that the snippet expects don’t stop by default', async () => {
    c = new Client(gallery('03-fork-get'));
    const stop = await c.launch({}, () => c.ask('setExceptionBreakpoints', { filters: ['unwanted'] }));
    expect(stop.description).toBe('At the end of the run');
  });
  test('by kind; a failed assertion is one', async () => {
    driver();
    const stop = await c.launch({}, () =>
      c.ask('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'all', condition: 'assertion' }] }),
    );
    expect(stop).toMatchObject({ reason: 'exception', text: 'assertion failed: got == 3' });
    const info = await c.ask<P.ExceptionInfoResponse>('exceptionInfo', { threadId: 1 });
    expect(info.description).toContain('it is 2, expected 3');
  });
});

describe('//@ explore', () => {
  const LOST = `//@ kernel 6.12\n//@ explore\n${LOST_UPDATE}`;
  const toFault = (): Promise<unknown> => c.ask('setExceptionBreakpoints', { filters: ['unwanted'] });
  test('runs as in the shortest execution in which something is broken', async () => {
    c = new Client(LOST);
    const stop = await c.launch({}, toFault);
    expect(stop).toMatchObject({ reason: 'exception', text: 'assertion failed: n == 2' });
    expect(await c.value('n')).toBe('1');
    expect(c.outputs.map((o) => o.output).join('')).toMatch(/BROKEN: assert n == 2: broken in \d+/);
  });
  test('runs in the usual order, or in the one that is asked for', async () => {
    c = new Client(LOST);
    expect((await c.launch({ schedule: '' }, toFault)).description).toBe('At the end of the run');
    expect(await c.value('n')).toBe('2');
    c = new Client(LOST.replace('//@ explore\n', ''));
    expect((await c.launch({}, toFault)).description).toBe('At the end of the run');
  });
});
