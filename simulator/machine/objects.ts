/** Objects that stand for what the caller of a cut-out function would have given it: zeroed, with pointers where the code follows them. */
import { HI, KIND } from './memory.ts';
import { allocPages, doMmap, writeUser } from './model.ts';
import { pagePointer, type Kernel } from './kernel.ts';
import { findMember, type RecordTy, type Ty } from './types.ts';
import type { Word } from './vm.ts';

/** What was inferred of a program that is not complete. */
export interface Assumed {
  /** Variables that were made up. */
  readonly variables: readonly string[];
  /** How its caller took the pages that it gives back; undefined: it takes them itself. */
  readonly given: 'pin' | 'get' | undefined;
  /** Members (record.name) that the code follows. */
  readonly followed: ReadonlySet<string>;
  /** Records around others, as container_of() looks for them. */
  readonly inside: ReadonlyMap<string, { readonly record: string; readonly member: string }>;
  /** The same for parameters (function:name). */
  readonly insideParameter: ReadonlyMap<string, { readonly record: string; readonly member: string }>;
  /** Function pointers (record.name) that it calls, and the functions made for them. */
  readonly called: ReadonlyMap<string, string>;
  /** Records that it reads from user memory. */
  readonly fromUser: readonly string[];
  /** Is this record the file's own, not one of the machine's headers? */
  isOwn(record: string): boolean;
}

/** Pages of a buffer that stands for the user's. */
export const BUFFER_PAGES = 4;
/** Elements of an array that is reached through a pointer. */
const ELEMENTS = 64;
const NULL: Word = { hi: 0, lo: 0 };
const ADDRESS = /addr|start|^buf|uptr|vaddr|ubuf|^base|userptr|user_ptr|hva|_va$|^va$|^ptr$|uaddr|^iova$/;
/** Where a range of addresses ends, and its last page. */
const END = /^(?:u?addr\w*|va)_end$|^end_(?:u?addr\w*|va)$|^last_(?:page|addr\w*)$/;
const FRAME = /^(?:k?pfn|hpa|hpfn|phys|paddr|phys_addr)$/;
const PAGES = /n(?:r|um)?_?(?:of_)?pages|^max_?pages$|^pages$|page_count|^npages/;
const BYTES = /len|size|count|bytes/;
const USER_PAGE = 4096;
const FOLL_WRITE = 1;

/** What was made for a process so far, by name: a table of the journal. */
class Made {
  constructor(
    private readonly k: Kernel,
    private readonly proc: number,
  ) {}
  private row(name: string): number {
    const { made } = this.k;
    const id = this.k.nameId(name);
    return made.find((r) => made.get(r, 'proc') === this.proc && made.get(r, 'name') === id);
  }
  has(name: string): boolean {
    return this.row(name) !== 0;
  }
  get(name: string): Word | undefined {
    const r = this.row(name);
    return r ? { hi: this.k.made.get(r, 'hi'), lo: this.k.made.get(r, 'lo') } : undefined;
  }
  set(name: string, w: Word): Word {
    const r = this.row(name) || this.k.made.add({ proc: this.proc, name: this.k.nameId(name) });
    this.k.made.set(r, 'hi', w.hi);
    this.k.made.set(r, 'lo', w.lo);
    return w;
  }
}

/** Makes objects for one process. */
export class ObjectMaker {
  private readonly objects: Made;
  constructor(
    private readonly k: Kernel,
    private readonly proc: number,
  ) {
    this.objects = new Made(k, proc);
  }

  private mm(): number {
    return this.k.procs.get(this.proc, 'mm');
  }
  /** A buffer of the process. */
  userBuffer(): Word {
    const known = this.objects.get("'buffer");
    if (known) return known;
    const vpn = doMmap(this.k.model.s, this.mm(), 'buf', 'anon', BUFFER_PAGES, 'rw', 0);
    // a program that gives a buffer has used it
    for (let i = 0; i < BUFFER_PAGES; i++)
      writeUser(this.k.model.s, this.mm(), (vpn + i) * USER_PAGE, new Uint8Array([i + 1]));
    return this.objects.set("'buffer", wordOf(vpn * USER_PAGE));
  }
  /** User memory with the record that the function copies from there, filled by the names of its members; else the plain buffer. */
  userArgument(): Word {
    const name = this.k.assumed?.fromUser[0];
    const type = name === undefined ? undefined : this.k.program.record(name);
    if (!type) return this.userBuffer();
    let argument = this.objects.get("'argument");
    if (!argument) {
      const pages = Math.ceil(type.size / USER_PAGE);
      const at = doMmap(this.k.model.s, this.mm(), 'arg', 'anon', pages, 'rw', 0) * USER_PAGE;
      argument = this.objects.set("'argument", wordOf(at));
      const bytes = new Uint8Array(type.size);
      const view = new DataView(bytes.buffer);
      const put = (t: RecordTy, base: number): void => {
        for (const m of t.members) {
          if (m.type.kind === 'record') put(m.type, base + m.offset);
          else if (m.name !== null && m.width === undefined && (m.type.kind === 'int' || m.type.kind === 'ptr')) {
            const w = m.type.kind === 'ptr' ? this.userBuffer() : this.number(m.type, m.name);
            const v = (BigInt(w.hi) << 32n) | BigInt(w.lo >>> 0);
            for (let i = 0; i < m.type.size; i++)
              view.setUint8(base + m.offset + i, Number((v >> BigInt(8 * i)) & 255n));
          }
        }
      };
      put(type, 0);
      for (let done = 0; done < bytes.length; done += USER_PAGE)
        writeUser(this.k.model.s, this.mm(), at + done, bytes.subarray(done, done + USER_PAGE));
    }
    return argument;
  }
  /** A page of the buffer that the caller took before; undefined where the code takes pages itself. */
  page(): Word | undefined {
    const how = this.k.assumed?.given;
    if (!how) return undefined;
    const { k } = this;
    const buffer = this.userBuffer();
    const taken = this.objects.get("'taken")?.lo ?? 0;
    this.objects.set("'taken", { hi: 0, lo: taken + 1 });
    const vpn = Math.floor((buffer.hi * 4294967296 + (buffer.lo >>> 0)) / USER_PAGE) + (taken % BUFFER_PAGES);
    const call = how === 'pin' ? 'pin_user_pages_fast' : 'get_user_pages_fast';
    const pfn = k.model.acquire('h:the caller', call, this.mm(), vpn, 1, FOLL_WRITE).pages[0];
    if (pfn === undefined) return undefined;
    k.pins.add({
      pfn,
      mm: this.mm(),
      vpn,
      span: -1,
      pin: how === 'pin' ? 1 : 0,
      live: 1,
      call: k.nameId(call),
      serial: k.model.s.serial.at(pfn),
    });
    return pagePointer(pfn);
  }
  /** A page that the kernel allocated. */
  ownPage(): Word | undefined {
    const pfn = allocPages(this.k.model.s, 0);
    if (!pfn) return undefined;
    this.k.heapPages.add({ pfn, order: 0, span: -1, live: 1 });
    return pagePointer(pfn);
  }
  /** An array of pages that the caller took, with room behind them. */
  pageArray(): Word {
    const w = this.allocate(8 * ELEMENTS, 'the array of pages');
    for (let i = 0; i < BUFFER_PAGES; i++) {
      const p = this.page();
      if (p) this.set(w.lo + 8 * i, p);
    }
    return w;
  }
  /** A scatterlist of such pages. */
  private scatterlist(): Word | undefined {
    const type = this.k.program.record('scatterlist');
    if (!type || !this.k.assumed?.given) return undefined;
    const w = this.allocate(type.size * BUFFER_PAGES, 'the scatterlist');
    const at = (name: string): number => findMember(type, name)!.offset;
    for (let i = 0; i < BUFFER_PAGES; i++) {
      const p = this.page();
      const e = w.lo + i * type.size;
      // bit 1 marks the last entry
      if (p) this.set(e + at('page_link'), { hi: p.hi, lo: i === BUFFER_PAGES - 1 ? p.lo | 2 : p.lo });
      this.k.vm.memory.w32(e + at('length'), USER_PAGE);
      this.k.vm.memory.w32(e + at('dma_length'), USER_PAGE);
    }
    return w;
  }
  /** A number by the name that it has. */
  number(t: Ty, name: string): Word {
    if (t.size === 8 && END.test(name)) {
      const b = this.userBuffer();
      const at = b.hi * 4294967296 + (b.lo >>> 0) + (/last/.test(name) ? BUFFER_PAGES - 1 : BUFFER_PAGES) * USER_PAGE;
      return wordOf(at);
    }
    if (t.size === 8 && ADDRESS.test(name)) return this.userBuffer();
    if (t.size === 8 && FRAME.test(name)) {
      const lo = (this.page()?.lo ?? 0) >>> 6;
      return { hi: 0, lo: /pfn/.test(name) ? lo : lo << 12 };
    }
    if (PAGES.test(name)) return { hi: 0, lo: BUFFER_PAGES };
    if (t.size >= 4 && BYTES.test(name)) return { hi: 0, lo: BUFFER_PAGES * USER_PAGE };
    return NULL;
  }

  /** The object of a record type: one for each type, so that what points to each other does. */
  object(name: string): Word | undefined {
    const known = this.objects.get(name);
    if (known) return known;
    const type = this.k.program.record(name);
    if (!type) return undefined;
    const outer = this.around(name, (n) => this.object(n));
    if (outer) {
      this.objects.set(name, outer);
      return outer;
    }
    const w = this.allocate(room(type.size), `the struct ${plain(name)}`);
    this.objects.set(name, w);
    this.fill(type, w.lo);
    return w;
  }
  /** The member of an object that a parameter is taken for. */
  parameter(name: string): Word | undefined {
    const into = this.k.assumed?.insideParameter.get(name);
    const type = into && this.k.program.record(into.record);
    const m = type && findMember(type, into.member);
    const w = into && m && this.object(into.record);
    return w && { hi: w.hi, lo: w.lo + m.offset };
  }
  /** The member of an object that is only a part of a larger one. */
  private around(name: string, make: (outer: string) => Word | undefined): Word | undefined {
    const into = this.k.assumed?.inside.get(name);
    if (!into || into.record === name || this.making.has(name)) return undefined;
    const type = this.k.program.record(into.record);
    const m = type && findMember(type, into.member);
    if (!m) return undefined;
    this.making.add(name);
    const w = make(into.record);
    this.making.delete(name);
    return w && { hi: w.hi, lo: w.lo + m.offset };
  }
  private readonly making = new Set<string>();
  /** A new object of a record type. */
  fresh(name: string): Word | undefined {
    const type = this.k.program.record(name);
    if (!type) return undefined;
    const outer = this.around(name, (n) => this.fresh(n));
    if (outer) return outer;
    const w = this.allocate(room(type.size), `a struct ${plain(name)}`);
    if (!this.objects.has(name)) this.objects.set(name, w);
    this.fill(type, w.lo);
    return w;
  }
  allocate(size: number, name: string): Word {
    const m = this.k.vm.memory;
    return { hi: HI.kernel, lo: m.address(m.alloc(size, KIND.device, -1, true, 16, name)) };
  }
  /** Sets the members of a record in zeroed memory. */
  fill(t: RecordTy, at: number): void {
    if (t.tag === 'union') return;
    if (this.known(t, at)) return;
    for (const x of t.members) {
      const here = at + x.offset;
      if (x.type.kind === 'array') this.pagesOf(x.type, here);
      else if (x.type.kind === 'record') {
        if (x.type.name === 'kref' || x.type.name === 'refcount_struct')
          this.k.vm.memory.w32(here, x.type.name === 'kref' ? 1 : 2);
        else {
          this.fill(x.type, here);
          if (x.type.name === 'sg_table') this.table(x.type, here);
        }
      } else if (x.name !== null && x.width === undefined) {
        const w = this.member(t.name, x.name, x.type);
        if (!w || (w.hi === 0 && w.lo === 0)) continue;
        if (x.type.size === 8) this.set(here, w);
        else if (x.type.size === 4) this.k.vm.memory.w32(here, w.lo);
      }
    }
  }
  /** Records of the kernel whose zeroes would mean something else: an empty list, a buffer of the user, one reference. */
  private known(t: RecordTy, at: number): boolean {
    const put = (name: string, w: Word, size: number): void => {
      const m = findMember(t, name);
      if (m && size === 8) this.set(at + m.offset, w);
      else if (m) this.k.vm.memory.w32(at + m.offset, w.lo);
    };
    const number = (lo: number): Word => ({ hi: 0, lo });
    switch (t.name) {
      case 'list_head':
        put('next', { hi: HI.kernel, lo: at }, 8);
        put('prev', { hi: HI.kernel, lo: at }, 8);
        return true;
      case 'iov_iter':
        put('ubuf', this.userBuffer(), 8);
        put('count', number(BUFFER_PAGES * USER_PAGE), 8);
        put('nr_segs', number(1), 8);
        return true;
      case 'bio':
        put('__bi_cnt', number(1), 4);
        put('__remaining', number(1), 4);
        return false;
      default:
        return false;
    }
  }
  /** An array of pages that lies in a record: the first ones are those that the caller took. */
  private pagesOf(t: Ty & { kind: 'array' }, at: number): void {
    if (!this.k.assumed?.given || t.of.kind !== 'ptr' || t.of.to.kind !== 'record') return;
    if (!/^(?:page|folio)$/.test(t.of.to.name)) return;
    for (let i = 0; i < Math.min(BUFFER_PAGES, t.size / 8); i++) {
      const p = this.page();
      if (p) this.set(at + 8 * i, p);
    }
  }
  private table(t: RecordTy, at: number): void {
    const list = this.scatterlist();
    if (!list) return;
    this.set(at + findMember(t, 'sgl')!.offset, list);
    for (const n of ['nents', 'orig_nents']) this.k.vm.memory.w32(at + findMember(t, n)!.offset, BUFFER_PAGES);
  }
  private set(at: number, w: Word): void {
    this.k.vm.memory.w32(at, w.lo);
    this.k.vm.memory.w32(at + 4, w.hi);
  }
  private member(record: string, name: string, t: Ty): Word | undefined {
    const { assumed } = this.k;
    const own = assumed?.isOwn(record) ?? false;
    if (t.kind === 'int') return own ? this.number(t, name) : undefined;
    if (t.kind !== 'ptr') return undefined;
    const to = t.to;
    if (to.kind === 'func') {
      const made = assumed?.called.get(`${record}.${name}`);
      const fn = made === undefined ? undefined : this.k.program.byName.get(made);
      return fn && this.k.vm.functionAddress(fn);
    }
    if (to.kind === 'record') {
      if (to.name === 'mm_struct') return { hi: HI.kernel, lo: this.k.procs.get(this.proc, 'mmStruct') };
      if (to.name === 'task_struct') return { hi: HI.kernel, lo: this.k.procs.get(this.proc, 'task') };
      if (to.name === 'page' || to.name === 'folio') return this.page();
      if (to.name === 'scatterlist' && assumed?.followed.has(`${record}.${name}`)) return this.scatterlist();
      // a list ends somewhere
      if (to.name === record || /^(?:next|prev|parent)$/.test(name)) return undefined;
      if (assumed?.followed.has(`${record}.${name}`) || /device$|^pci_dev$|^platform_device$/.test(to.name))
        return this.object(to.name);
      return undefined;
    }
    if (
      to.kind === 'ptr' &&
      to.to.kind === 'record' &&
      /^(?:page|folio)$/.test(to.to.name) &&
      assumed?.given &&
      assumed.followed.has(`${record}.${name}`)
    )
      return this.pageArray();
    if (to.kind === 'void' && /regs|base|mmio|^io/.test(name)) return { hi: HI.io, lo: 0 };
    if (assumed?.followed.has(`${record}.${name}`) && to.kind !== 'void')
      return this.allocate(Math.max(1, to.size) * ELEMENTS, `the array '${name}'`);
    return undefined;
  }
}

/** Nobody knows whether such an object is one of an array, or the start of a larger one. */
function room(size: number): number {
  return size * 8 + 512;
}
function wordOf(address: number): Word {
  return { hi: Math.floor(address / 4294967296), lo: address | 0 };
}
function plain(name: string): string {
  return name.replace(/'\d+$/, '').replace(/^what (.*) is$/, "behind '$1'");
}
