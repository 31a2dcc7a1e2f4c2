/** Operations written as lines, for tests: `madvise m[0] 512 FREE`, `pin_user_pages_fast m[0] 1 WRITE|LONGTERM h0`, `C1:write m[0] u1`. */
import { expect } from 'vitest';
import { ERAS } from '../../../simulator/mm/era.ts';
import { machineConfig, type MachineOptions } from '../../../simulator/mm/machine.ts';
import { Model, type Operation, type Result } from '../../../simulator/mm/model.ts';
import { Observer, type Observation, type PageRecord, type PteRecord } from '../../../simulator/mm/observe.ts';
import { violations } from '../../../simulator/mm/invariants.ts';

/** Names of the arguments by operation, in the order of a line; operations that are not listed take `addr pages`. */
const ARGUMENTS: Record<string, string> = {
  create_file: 'file fs pages',
  mmap: 'map kind pages prot file',
  read: 'addr',
  write: 'addr data',
  put_page: 'handle',
  unpin_user_pages: 'handle',
  unpin_user_pages_dirty_lock: 'handle',
  set_page_dirty_lock: 'handle',
  dma_write: 'handle data',
  dma_read: 'handle',
  madvise: 'addr pages advice',
  mprotect: 'addr pages prot',
  mremap: 'map to',
  fork: 'child',
  fsync: 'file',
  truncate: 'file pages',
  punch_hole: 'file first pages',
  file_read: 'file page',
  file_write: 'file page data',
  file_write_direct: 'file page data',
  disk_read: 'file page',
  move_pages: 'addr node',
  process_vm_writev: 'addr data',
};

/** One line as an operation. */
export function parseLine(line: string): Operation {
  const m = /^(?:(C\d+):)?(\w+)\s*(.*)$/.exec(line.trim());
  if (!m) throw new Error(`not an operation: ${line}`);
  const op = m[2]!;
  const names = (
    ARGUMENTS[op] ??
    (/^(get|pin)_user_pages/.test(op)
      ? 'addr nr flags handle'
      : /drain|reclaim|drop|ksm|exit/.test(op)
        ? ''
        : 'addr pages')
  ).split(' ');
  const args: Record<string, unknown> = {};
  m[3]!
    .split(' ')
    .filter(Boolean)
    .forEach((text, i) => {
      const name = names[i]!;
      if (name === 'flags') args[name] = text === '-' ? [] : text.split('|').map((f) => `FOLL_${f}`);
      else args[name] = /^(pages|nr|first|page|node)$/.test(name) ? Number(text) : text;
    });
  if (/^(dma_|set_page)/.test(op)) args['index'] = 0;
  return { op, ...(m[1] ? { proc: m[1] } : {}), args };
}

/** What a run of lines left behind. */
export interface Ran {
  m: Model;
  results: Result[];
  last: Result;
  /** The observation of the given addresses (`m[0]`, `C1:m[0]`) after each line; vmstat has what the line changed. */
  seen: Observation[];
  now: Observation;
  page: (id?: string) => PageRecord | undefined;
  pte: (at?: string) => PteRecord | undefined;
  /** Sum of a counter over the whole run. */
  count: (name: string) => number;
}

/** Runs lines on a fresh machine, watching addresses; every state on the way must hold the invariants. */
export function script(lines: string, watch: string[] = ['m[0]'], kernel = '6.12', o: MachineOptions = {}): Ran {
  const m = new Model(machineConfig(ERAS[kernel]!, { pages: 16384, ...o }));
  const observer = new Observer(m);
  const results: Result[] = [];
  const seen: Observation[] = [];
  const at = watch.map((w) =>
    /^C\d+:/.test(w) ? { proc: w.split(':')[0]!, at: w.split(':')[1]! } : { proc: 'P', at: w },
  );
  for (const line of lines.split(/[\n;]/).filter((l) => l.trim())) {
    results.push(m.run(parseLine(line)));
    seen.push(observer.observe(at, true));
    expect(violations(m), line).toEqual([]);
  }
  const now = seen[seen.length - 1]!;
  return {
    m,
    results,
    last: results[results.length - 1]!,
    seen,
    now,
    page: (id = 'A') => now.pages.find((p) => p.id === id),
    pte: (a = watch[0]!) => now.ptes[watch.indexOf(a)],
    count: (name) => seen.reduce((n, s) => n + (s.vmstat[name] ?? 0), 0),
  };
}
