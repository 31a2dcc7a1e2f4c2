/** Arguments for a function that runs without annotations: made from its signature, by the types and names of its parameters. */
import {
  BUFFER_PAGES,
  findMember,
  HI,
  type FnInfo,
  type Kernel,
  type ObjectMaker,
  type Ty,
  type Word,
} from '../machine/index.ts';
import type { Loaded } from './load.ts';

/** Bytes of a kernel buffer that a function is given. */
const KERNEL_BUFFER = 4 * 4096;
const NULL: Word = { hi: 0, lo: 0 };

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

/** Gives the variables that were made up their values. */
export function fillAssumed(k: Kernel, p: number): void {
  const maker = k.objectsOfProcess(p);
  for (const name of k.assumed?.variables ?? []) {
    const g = k.program.globalByName.get(name);
    if (!g) continue;
    if (g.type.kind === 'record') maker.fill(g.type, g.address);
    else if (g.type.kind === 'ptr' && g.type.to.kind === 'record') {
      const w = maker.object(g.type.to.name);
      if (w) {
        k.vm.memory.w32(g.address, w.lo);
        k.vm.memory.w32(g.address + 4, w.hi);
      }
    }
  }
}

class Maker {
  private readonly objects: ObjectMaker;
  constructor(
    private readonly k: Kernel,
    private readonly loaded: Loaded,
    private readonly proc: number,
    private madeFile: Word | undefined,
  ) {
    this.objects = k.objectsOfProcess(proc);
  }

  file(): Word {
    this.madeFile ??= this.objects.object('file') ?? NULL;
    return this.madeFile;
  }

  value(t: Ty, name: string, fn: FnInfo): [Word, string] {
    if (t.kind === 'int') return this.number(t, name);
    if (t.kind !== 'ptr') return [NULL, '0'];
    const to = t.to;
    const header = this.header(fn);
    const body = this.body(fn);
    // the machine's headers define __user as nothing: the source says it
    const marked = new RegExp(`__user\\s*\\**\\s*${name}\\b`).test(header);
    const given = new RegExp(
      `copy_from_user\\w*\\s*\\([^;,]*,\\s*${name}\\s*[,+]|copy_to_user\\w*\\s*\\(\\s*${name}\\s*[,+]|(?:[gp]et|put)_user\\s*\\([^;,]*,\\s*${name}\\s*[)+]`,
    ).test(body);
    const pinned =
      to.kind !== 'record' &&
      to.kind !== 'ptr' &&
      new RegExp(`_user_pages\\w*\\s*\\((?:[^;,]*->mm,\\s*)?\\(unsigned long\\)\\s*${name}\\b`).test(body);
    const user = marked || given || pinned;
    if (to.kind === 'record' && !user) {
      if (to.name === 'mm_struct')
        return [{ hi: HI.kernel, lo: this.k.procs.get(this.proc, 'mmStruct') }, 'the mm of the process'];
      if (to.name === 'task_struct') return [{ hi: HI.kernel, lo: this.k.procs.get(this.proc, 'task') }, 'current'];
      if (to.name === 'file') return [this.prepareFile(fn), 'a file'];
      if (to.name === 'page' || to.name === 'folio') {
        const page = this.objects.page();
        if (page) return [page, 'a page of the user that the caller took'];
        const own = this.objects.ownPage();
        return own ? [own, 'a page'] : [NULL, 'NULL'];
      }
      const w = this.objects.parameter(`${fn.name}:${name}`) ?? this.objects.object(to.name);
      return w ? [w, `a struct ${to.name.replace(/'\d+$/, '')}`] : [NULL, 'NULL'];
    }
    if (to.kind === 'func') return [NULL, 'NULL'];
    if (user) {
      if (to.kind === 'record' || to.kind === 'void') return [this.objects.userArgument(), 'user memory'];
      return [this.objects.userBuffer(), `a user buffer of ${BUFFER_PAGES} pages`];
    }
    if (to.kind === 'ptr') {
      if (this.k.assumed?.given && to.to.kind === 'record' && /^(?:page|folio)$/.test(to.to.name))
        return [this.objects.pageArray(), `${BUFFER_PAGES} pages of the user that the caller took`];
      // for results: room for many
      const w = this.objects.allocate(8 * 64, `the array '${name}'`);
      return [w, 'an array of 64 pointers'];
    }
    if (to.kind === 'int' && to.size === 1 && /name|label|path|str/.test(name)) {
      const w = this.objects.allocate(8, `the string '${name}'`);
      this.k.vm.memory.put(w.lo, new TextEncoder().encode('name'));
      return [w, '"name"'];
    }
    if (to.kind === 'void' || (to.kind === 'int' && to.size === 1)) {
      const as = new RegExp(`struct\\s+(\\w+)\\s*\\*\\s*\\w+\\s*=\\s*(?:\\([^)]*\\)\\s*)?${name}\\s*[;,]`).exec(
        body,
      )?.[1];
      const w = as === undefined ? undefined : this.objects.object(as);
      if (w) return [w, `a struct ${as}`];
      if (/u(?:ser|buf|addr)|^buf|^addr|^ptr$/.test(name))
        return [this.objects.userBuffer(), `a user buffer of ${BUFFER_PAGES} pages`];
      return [this.objects.allocate(KERNEL_BUFFER, `the buffer '${name}'`), 'a kernel buffer of 4 pages'];
    }
    const room = this.objects.allocate(Math.max(to.size, 8) * 64, `'*${name}'`);
    // what is read there is given, not only asked for
    const read =
      to.kind === 'int' &&
      new RegExp(`(?:[<>]=?|[-+/,(]|[=!]=|[\\w)\\s]\\*)\\s*\\*${name}\\b(?!\\s*[-+|&]?=[^=])`).test(body);
    const n = read ? this.objects.number(to, name.replace(/_?p(?:tr)?$/, '')) : NULL;
    if (!n.hi && !n.lo) return [room, 'a pointer to 0'];
    this.k.vm.memory.w32(room.lo, n.lo);
    if (to.size === 8) this.k.vm.memory.w32(room.lo + 4, n.hi);
    return [room, `a pointer to ${n.lo}`];
  }

  private number(t: Ty, name: string): [Word, string] {
    if (t.size === 8 && /^u?arg$|^data$/.test(name)) return [this.objects.userArgument(), 'user memory'];
    const w = this.objects.number(t, name);
    if (w.hi) return [w, `a user buffer of ${BUFFER_PAGES} pages`];
    if (w.lo) return [w, String(w.lo)];
    if (/^(?:nr|n|num)(?:_|$)/.test(name)) return [{ hi: 0, lo: BUFFER_PAGES }, String(BUFFER_PAGES)];
    if (/write|rw|dir/.test(name)) return [{ hi: 0, lo: 1 }, '1'];
    return [NULL, '0'];
  }
  private header(fn: FnInfo): string {
    const f = this.loaded.source.functions.get(fn.name);
    return f ? this.loaded.text.slice(f.start, f.body.start) : '';
  }
  private body(fn: FnInfo): string {
    const f = this.loaded.source.functions.get(fn.name);
    return f ? this.loaded.text.slice(f.body.start, f.end) : '';
  }
  /** A struct file whose private_data is what the function takes it for. */
  private prepareFile(fn: FnInfo): Word {
    const file = this.file();
    const type = this.k.program.record('file');
    const priv = type && findMember(type, 'private_data');
    const m = /struct\s+(\w+)\s*\*\s*\w+\s*=\s*(?:\([^)]*\)\s*)?\w+->private_data/.exec(this.body(fn));
    if (m && priv && this.k.vm.memory.r32(file.lo + priv.offset) === 0) {
      const w = this.objects.object(m[1]!);
      if (w) {
        this.k.vm.memory.w32(file.lo + priv.offset, w.lo);
        this.k.vm.memory.w32(file.lo + priv.offset + 4, w.hi);
      }
    }
    return file;
  }
}
