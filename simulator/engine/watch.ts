/** What a data breakpoint looks at: a field of a page, bytes of memory, a register, or any C expression. */
import { folioMapcount } from '../machine/model.ts';
import type { Session } from './session.ts';
import { Reader, type Where } from './values.ts';
import { pagePincount } from './pages.ts';

/** Watch of a place in memory or in a register; `name` is for people. */
export function watchOf(where: Where, size: number, name: string, thread: number): string | undefined {
  if (where.at === 'slot') return `slot:${where.slot} ${name}`;
  if (size <= 0 || size > 4096) return undefined;
  return `mem:${where.address.toString(16)}:${size}:${thread} ${name}`;
}
/** Watch of a field of a page. */
export function watchOfPage(pfn: number, field: 'refcount' | 'mapcount' | 'pincount'): string {
  return `page:${pfn}:${field}`;
}

/** Watch of an expression, in the frame where it was written: counted from the outermost, which others come and go above; 0: in none. */
export function watchOfExpression(expression: string, thread: number, fromOutermost: number): string {
  return `frame:${thread}:${fromOutermost} ${expression}`;
}
/** What a watch looks at, for people. */
export function watchName(watch: string): string {
  const page = /^page:(\d+):(\w+)$/.exec(watch);
  return page ? `${page[2]} of page ${page[1]}` : watch.replace(/^(?:mem|slot|frame):[^ ]* /, '');
}

/**
 * The value at the present state, as text that differs if it does; undefined where an expression means nothing (its frame is gone, say).
 * Anything that is no watch is a C expression, in whatever frame is innermost.
 */
export function readWatch(session: Session, watch: string, step: number): string | undefined {
  const { kernel } = session.sim;
  const { s } = kernel.model;
  const page = /^page:(\d+):(refcount|mapcount|pincount)$/.exec(watch);
  if (page) {
    const head = s.head(Number(page[1]));
    if (page[2] === 'refcount') return String(s.refcount.at(head));
    if (page[2] === 'mapcount') return String(folioMapcount(s, head));
    return String(pagePincount(kernel, head));
  }
  const memory = /^mem:([\da-f]+):(\d+):(\d+)(?: |$)/.exec(watch);
  if (memory) {
    const bytes = new Reader(kernel, Number(memory[3])).bytes(BigInt(`0x${memory[1]!}`), Number(memory[2]));
    return typeof bytes === 'string' ? bytes : number(bytes);
  }
  const slot = /^slot:(\d+)(?: |$)/.exec(watch);
  if (slot) {
    const n = Number(slot[1]);
    const { vm } = kernel;
    return BigInt.asIntN(64, (BigInt(vm.hi(n)) << 32n) | BigInt(vm.lo(n) >>> 0)).toString();
  }
  const framed = /^frame:(\d+):(\d+) ([^]*)$/.exec(watch);
  const thread = framed ? Number(framed[1]) : session.threadAt(step);
  const frame = framed ? session.sim.frames(thread).length - Number(framed[2]) : 0;
  if (frame < 0) return undefined;
  const answer = session.evaluator.evaluate(framed ? framed[3]! : watch, { thread, frame });
  return 'message' in answer ? undefined : answer.reader.show(answer.value);
}

function number(bytes: Uint8Array): string {
  if (bytes.length > 8) return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
  let v = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) v = (v << 8n) | BigInt(bytes[i]!);
  return v < 10_000n ? v.toString() : `0x${v.toString(16)}`;
}
