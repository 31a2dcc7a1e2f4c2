/** Arguments of operations: read, checked, refused before anything changes. */
import { fileByName } from './filemap.ts';
import { FOLL } from './flags.ts';
import { holderCount, holderPages, holderRow } from './holders.ts';
import { OperationError, type Model, type Operation } from './model.ts';
import { everProc, procByName } from './process.ts';
import { mapBase } from './vma.ts';
const FLAG_NAMES = {
  FOLL_WRITE: FOLL.WRITE,
  FOLL_FORCE: FOLL.FORCE,
  FOLL_LONGTERM: FOLL.LONGTERM,
  FOLL_GET: FOLL.GET,
  FOLL_PIN: FOLL.PIN,
  FOLL_NOWAIT: FOLL.NOWAIT,
  FOLL_NOFAULT: FOLL.NOFAULT,
  FOLL_HWPOISON: FOLL.HWPOISON,
  FOLL_TOUCH: FOLL.TOUCH,
  FOLL_REMOTE: FOLL.REMOTE,
  FOLL_FAST_ONLY: FOLL.FAST_ONLY,
} as const;
const MAX_PAGES = 2 ** 24;

/** Reads and checks the arguments of one operation. */
export class Args {
  constructor(
    readonly m: Model,
    readonly op: Operation,
    readonly step: number,
  ) {}
  fail(argument: string, message: string): never {
    throw new OperationError(this.step, argument, `${message} (operation ${this.op.op})`);
  }
  raw(name: string): unknown {
    return this.op.args?.[name];
  }
  text(name: string): string {
    const v = this.raw(name);
    if (typeof v !== 'string' || v === '') this.fail(name, `expected a name, got ${JSON.stringify(v)}`);
    return v;
  }
  int(name: string, fallback?: number, min = 0, max = MAX_PAGES): number {
    const v = this.raw(name) ?? fallback;
    if (typeof v !== 'number' || !Number.isInteger(v) || v < min || v > max)
      this.fail(name, `expected a whole number from ${min} to ${max}, got ${JSON.stringify(v)}`);
    return v;
  }
  one<T extends string>(name: string, values: readonly T[]): T {
    const v = this.raw(name);
    if (typeof v !== 'string' || !(values as readonly string[]).includes(v))
      this.fail(name, `${JSON.stringify(v)} is none of ${values.join(', ')}`);
    return v as T;
  }
  data(): number {
    const v = this.raw('data');
    if (typeof v !== 'string' || v.length > 7)
      this.fail('data', `expected up to 7 characters, got ${JSON.stringify(v)}`);
    return this.m.s.contents.ofToken(v);
  }
  /** Row of the process that acts. */
  proc(name = this.op.proc ?? 'P'): number {
    const p = procByName(this.m.s, name);
    if (!p) this.fail('proc', `process ${name} does not exist`);
    return p;
  }
  mm(): number {
    return this.m.s.procMm.at(this.proc());
  }
  /**
   * An address: `map[index]`, `C1:map[index]`, or a raw one (`kernel:0x…`). `mm` 0: that process is gone. A raw address above user space is page -1,
   * or with `wide` the number of its page.
   */
  addr(wide = false): { mm: number; vpn: number } {
    const v = this.text('addr');
    const raw = /^(\w+):0x([0-9a-f]+)$/i.exec(v);
    if (raw) {
      const address = BigInt('0x' + raw[2]!);
      if (address >= 1n << 64n) this.fail('addr', `${JSON.stringify(v)} is no address of 64 bits`);
      return { mm: this.mm(), vpn: wide || address < 1n << 47n ? Number(address >> 12n) : -1 };
    }
    const m = /^(?:(\w+):)?([\w.-]+)\[(\d+)\]$/.exec(v);
    if (!m) this.fail('addr', `${JSON.stringify(v)} is not of the form map[index]`);
    const s = this.m.s;
    const owner = m[1] ?? this.op.proc ?? 'P';
    const proc = procByName(s, owner);
    if (!proc) {
      if (m[1] && everProc(s, owner)) return { mm: 0, vpn: 0 };
      this.fail('addr', `process ${owner} does not exist`);
    }
    const base = mapBase(s, s.procMm.at(proc), m[2]!);
    if (base < 0) this.fail('addr', `process ${owner} has no map ${m[2]}`);
    return { mm: s.procMm.at(proc), vpn: base + Number(m[3]) };
  }
  range(): { mm: number; start: number; end: number } {
    const a = this.addr();
    return { mm: a.mm, start: a.vpn, end: a.vpn + this.int('pages', undefined, 1) };
  }
  file(): number {
    const name = this.text('file');
    const f = fileByName(this.m.s, name);
    if (!f) this.fail('file', `file ${name} does not exist`);
    return f;
  }
  flags(): number {
    const v = this.raw('flags') ?? [];
    if (!Array.isArray(v)) this.fail('flags', `expected a list, got ${JSON.stringify(v)}`);
    let out = 0;
    for (const f of v) {
      const bit = FLAG_NAMES[f as keyof typeof FLAG_NAMES];
      if (bit === undefined) this.fail('flags', `unknown flag ${JSON.stringify(f)}`);
      out |= bit;
    }
    return out;
  }
  handle(): number {
    const name = this.text('handle');
    const h = holderRow(this.m.s, `h:${name}`);
    if (!h || holderPages(this.m.s, h, 0, 1).length === 0) this.fail('handle', `handle ${name} does not exist`);
    return h;
  }
  handlePage(): { handle: number; page: number } {
    const h = this.handle();
    const i = this.int('index', 0);
    const page = holderPages(this.m.s, h, i, 1)[0];
    if (page === undefined)
      this.fail('index', `handle ${this.text('handle')} has ${holderCount(this.m.s, h)} pages, not page ${i}`);
    return { handle: h, page };
  }
}
