/** Arguments for a function that runs without annotations: made from its signature, by the types and names of its parameters. */
import { findMember, HI, KIND, type FnInfo, type Kernel, type Ty, type Word } from '../machine/index.ts';
import { doMmap } from '../machine/model.ts';
import type { Loaded } from './load.ts';

/** Pages of the buffer that stands for the user's. */
const PAGES = 4;

/** Arguments, and how messages show them. */
export interface MadeArguments {
  readonly words: Word[];
  readonly texts: string[];
  /** The struct file that was made. */
  file(): Word;
}

/** Makes arguments for `fn` in process `p`. */
export function makeArguments(
  k: Kernel,
  loaded: Loaded,
  fn: FnInfo | undefined,
  p: number,
  file?: Word,
): MadeArguments {
  const made = new Maker(k, loaded, p, file);
  const words: Word[] = [];
  const texts: string[] = [];
  (fn?.params ?? []).forEach((t, i) => {
    const name = fn!.paramNames[i] ?? `argument ${i + 1}`;
    const [w, text] = made.value(t, name, fn!);
    words.push(w);
    texts.push(`${name} = ${text}`);
  });
  return { words, texts, file: () => made.file() };
}

class Maker {
  private buffer: number | undefined;
  private readonly objects = new Map<string, Word>();
  constructor(
    private readonly k: Kernel,
    private readonly loaded: Loaded,
    private readonly proc: number,
    private madeFile: Word | undefined,
  ) {}

  /** Virtual address of a buffer of the process. */
  private userBuffer(): Word {
    this.buffer ??= doMmap(this.k.model.s, this.k.procs.get(this.proc, 'mm'), 'buf', 'anon', PAGES, 'rw', 0);
    return { hi: Math.floor(this.buffer / 1048576), lo: (this.buffer % 1048576) << 12 };
  }
  file(): Word {
    if (!this.madeFile) {
      const [w] = this.object('file');
      this.madeFile = w;
    }
    return this.madeFile;
  }

  value(t: Ty, name: string, fn: FnInfo): [Word, string] {
    if (t.kind === 'ptr') {
      const to = t.to;
      if (to.kind === 'record') {
        if (to.name === 'mm_struct')
          return [{ hi: HI.kernel, lo: this.k.procs.get(this.proc, 'mmStruct') }, 'the mm of the process'];
        if (to.name === 'task_struct') return [{ hi: HI.kernel, lo: this.k.procs.get(this.proc, 'task') }, 'current'];
        if (to.name === 'file') return [this.prepareFile(fn), 'a file'];
        if (to.name === 'page' || to.name === 'folio') return [{ hi: 0, lo: 0 }, 'NULL'];
        return this.object(to.name);
      }
      if (to.kind === 'ptr') {
        // an array of pointers for results
        const m = this.k.vm.memory;
        const row = m.alloc(8 * 64, KIND.device, -1, true, 16, `the array '${name}'`);
        return [{ hi: HI.kernel, lo: m.address(row) }, 'an array of 64 pointers'];
      }
      if (
        to.kind === 'int' &&
        to.size === 1 &&
        !/^(?:buf|ubuf|ubuffer|user|data|uaddr|addr|base|arg|from|to|ptr|u_|p$)/.test(name) &&
        /name|label|path|str/.test(name)
      ) {
        const m = this.k.vm.memory;
        const row = m.alloc(8, KIND.device, -1, true, 16, `the string '${name}'`);
        m.put(m.address(row), new TextEncoder().encode('name'));
        return [{ hi: HI.kernel, lo: m.address(row) }, '"name"'];
      }
      if (to.kind === 'func') return [{ hi: 0, lo: 0 }, 'NULL'];
      if (to.kind === 'int' && (to.size === 8 || (to.size === 4 && !/buf|data|addr/.test(name)))) {
        const m = this.k.vm.memory;
        const row = m.alloc(to.size, KIND.device, -1, true, 16, `'*${name}'`);
        return [{ hi: HI.kernel, lo: m.address(row) }, 'a pointer to 0'];
      }
      const w = this.userBuffer();
      return [w, `a user buffer of ${PAGES} pages`];
    }
    if (t.kind === 'int') {
      if (t.size === 8 && /addr|start|^buf|uptr|vaddr|ubuf|^base|^arg$|^data$|userptr|hva/.test(name))
        return [this.userBuffer(), `a user buffer of ${PAGES} pages`];
      if (/page|^nr$|^num/.test(name)) return [{ hi: 0, lo: PAGES }, String(PAGES)];
      if (/len|size|count|bytes|^n$/.test(name)) return [{ hi: 0, lo: PAGES * 4096 }, String(PAGES * 4096)];
      if (/write|rw|dir/.test(name)) return [{ hi: 0, lo: 1 }, '1'];
      return [{ hi: 0, lo: 0 }, '0'];
    }
    return [{ hi: 0, lo: 0 }, '0'];
  }

  /** A zeroed struct; embedded lists point to themselves, pointers to structs get objects of their own. */
  private object(name: string, depth = 0): [Word, string] {
    const known = this.objects.get(name);
    if (known) return [known, `a struct ${name}`];
    const type = this.k.program.record(name);
    if (!type) return [{ hi: 0, lo: 0 }, 'NULL'];
    const m = this.k.vm.memory;
    const row = m.alloc(type.size, KIND.device, -1, true, 16, `the struct ${name.replace(/'\d+$/, '')}`);
    const at = m.address(row);
    const w: Word = { hi: HI.kernel, lo: at };
    this.objects.set(name, w);
    this.fill(type, at, depth);
    return [w, `a struct ${name.replace(/'\d+$/, '')}`];
  }
  private fill(t: Ty & { kind: 'record' }, at: number, depth: number): void {
    const m = this.k.vm.memory;
    const set = (off: number, w: Word): void => {
      m.w32(off, w.lo);
      m.w32(off + 4, w.hi);
    };
    for (const x of t.members) {
      const here = at + x.offset;
      if (x.type.kind === 'record') {
        if (x.type.name === 'list_head') {
          set(here, { hi: HI.kernel, lo: here });
          set(here + 8, { hi: HI.kernel, lo: here });
        } else if (x.type.tag === 'struct') this.fill(x.type, here, depth);
      } else if (x.type.kind === 'ptr' && x.type.to.kind === 'record' && depth < 2) {
        const n = x.type.to.name;
        if (n === 'mm_struct') set(here, { hi: HI.kernel, lo: this.k.procs.get(this.proc, 'mmStruct') });
        else if (n === 'task_struct') set(here, { hi: HI.kernel, lo: this.k.procs.get(this.proc, 'task') });
        else if (/device$|^pci_dev$|^platform_device$/.test(n)) set(here, this.object(n, depth + 1)[0]);
      } else if (
        x.type.kind === 'ptr' &&
        x.name !== null &&
        /regs|base|mmio|io/.test(x.name) &&
        x.type.to.kind === 'void'
      )
        set(here, { hi: HI.io, lo: 0 });
    }
  }
  /** A struct file whose private_data is what the function takes it for. */
  private prepareFile(fn: FnInfo): Word {
    const file = this.file();
    const type = this.k.program.record('file');
    const decl = this.loaded.source.functions.get(fn.name);
    const priv = type && findMember(type, 'private_data');
    if (decl && priv) {
      const text = this.loaded.text.slice(decl.start, decl.end);
      const m = /struct\s+(\w+)\s*\*\s*\w+\s*=\s*(?:\([^)]*\)\s*)?\w+->private_data/.exec(text);
      if (m && this.k.vm.memory.r32(file.lo + priv.offset) === 0) {
        const [w] = this.object(m[1]!);
        this.k.vm.memory.w32(file.lo + priv.offset, w.lo);
        this.k.vm.memory.w32(file.lo + priv.offset + 4, w.hi);
      }
    }
    return file;
  }
}
