/**
 * The index of one driver: the files of a folder, which of their functions acquire, release or use pages, and which of them the
 * analysis of one file should see. Knows no file system: whoever reads files tells what is in them.
 */
import { facts } from '../../language/kernel/index.ts';
import { inOneModule, modulesOf, type Modules } from './makefile.ts';
import { sketch, type FileSketch, type FunctionSketch } from './sketch.ts';
import { Vocabulary } from './vocabulary.ts';

/** A file that belongs to the analysis of another. */
export interface Link {
  readonly path: string;
  readonly functions: readonly string[];
}

interface FileText {
  readonly path: string;
  readonly text: string;
}

/** A function far above the calls that matter decides nothing about pages any more. */
const MAX_DISTANCE = 3;
/** Nor does one that pages are given back for somewhere below: it never had them. */
const MAX_ABOVE_UNPIN = 1;
/** Calls between what wants a lock and who takes it, at most. */
const MAX_LOCKERS = 3;
/** Helpers that call helpers: as deep as the analysis enters. */
const MAX_DEPTH = 4;
/** More would cost more than it tells. */
const MAX_FUNCTIONS = 60;

/** Its helpers are handed everybody's pages: who calls one says nothing of what the others give it. */
const MEMORY_MANAGEMENT = /(^|[\\/])mm[\\/][^\\/]+$/;

interface Node {
  readonly path: string;
  readonly fn: FunctionSketch;
  /** As the vocabulary numbers it. */
  readonly name: number;
  /** Calls between it and the nearest that takes, gives back or uses pages; Infinity: none is near. */
  distance: number;
  /** The same to one that names the gup family. */
  taking: number;
  /** The same to one that unpins. */
  giving: number;
  readonly owns: boolean;
  readonly wantsLock: boolean;
  readonly namesLock: boolean;
  readonly fields: ReadonlySet<string>;
  readonly words: readonly number[];
  callees: readonly Node[];
}

interface Plan {
  readonly vocabulary: Vocabulary;
  readonly nodes: ReadonlyMap<string, readonly Node[]>;
  /** Fields of page types that a function of a file which names gup reads or writes. */
  readonly fields: ReadonlySet<string>;
  /** What linksOf gave, by path: it holds as long as the plan does. */
  readonly links: Map<string, readonly Link[]>;
}

/** The files of one folder. */
export class Driver {
  private readonly sketches = new Map<string, FileSketch>();
  private modules: Modules = new Map();
  private readonly makefiles = new Map<string, string>();
  private made: Plan | undefined;

  /** Takes in the text of a .c or .h file. */
  set(path: string, text: string): void {
    const before = this.sketches.get(path);
    if (before?.text === text) return;
    const now = sketch(text, before);
    this.sketches.set(path, now);
    if (this.made && before && !this.differs(before, now)) {
      // what the plan says holds; only its nodes are to stand for the new functions
      return;
    }
    this.made = undefined;
  }

  /** Forgets all files but these. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.sketches.keys()) {
      if (paths.has(path)) continue;
      this.sketches.delete(path);
      this.made = undefined;
    }
    for (const path of [...this.makefiles.keys()].filter((one) => !paths.has(one))) {
      this.makefiles.delete(path);
      this.modules = modulesOf(this.makefiles.values());
      this.made = undefined;
    }
  }

  /** Takes in a Makefile or Kbuild; a folder may have both. */
  setMakefile(path: string, text: string): void {
    if (text === this.makefiles.get(path)) return;
    this.makefiles.set(path, text);
    this.modules = modulesOf(this.makefiles.values());
    this.made = undefined;
  }

  /** The text that a file was given with; '' for one that is not there. */
  textOf(path: string): string {
    return this.sketches.get(path)?.text ?? '';
  }

  /** Can there be findings in the file, by what it or the files that it is linked with say? */
  matters(path: string): boolean {
    const { nodes, fields } = this.plan();
    return (
      nodes
        .get(path)
        ?.some((n) => n.taking <= MAX_DISTANCE || n.giving <= MAX_ABOVE_UNPIN || (n.owns && has(fields, n.fields))) ??
      false
    );
  }

  /** The functions of other files that the analysis of a file should see. */
  linksOf(path: string): readonly Link[] {
    const { links } = this.plan();
    let known = links.get(path);
    if (!known) links.set(path, (known = this.findLinks(path)));
    return known;
  }

  private findLinks(path: string): Link[] {
    if (!this.matters(path) || MEMORY_MANAGEMENT.test(path)) return [];
    const { nodes, fields } = this.plan();
    const own = nodes.get(path)!;
    const wanted = new Set<Node>();
    const add = (n: Node, depth: number): void => {
      if (wanted.has(n) || depth > MAX_DEPTH || wanted.size >= MAX_FUNCTIONS) return;
      if (n.path !== path) wanted.add(n);
      for (const callee of n.callees) if (isWorthEntering(n, callee)) add(callee, depth + 1);
    };
    for (const n of own)
      for (const callee of n.callees) if (callee.path !== path && isWorthEntering(n, callee)) add(callee, 1);
    const ours = new Set<string>();
    for (const n of own) if (n.distance <= MAX_DISTANCE) for (const f of n.fields) if (fields.has(f)) ours.add(f);
    if (ours.size > 0) {
      for (const [other, list] of nodes) {
        if (other === path || !inOneModule(this.modules, path, other)) continue;
        for (const n of list) if (n.distance <= 1 && has(ours, n.fields)) add(n, 1);
      }
    }
    for (const n of this.lockersAbove(path)) add(n, MAX_DEPTH);
    const links = new Map<string, Set<string>>();
    for (const n of wanted) {
      // what stands in headers comes with the files that include them
      if (!n.path.endsWith('.c')) continue;
      const names = links.get(n.path) ?? new Set();
      links.set(n.path, names.add(n.fn.name));
    }
    return [...links].map(([other, names]) => ({ path: other, functions: [...names].sort() }));
  }

  /**
   * Functions of other files by which what in this one wants mmap_lock, and does not take it, is called where the lock is named: it may be
   * held there.
   */
  private lockersAbove(path: string): readonly Node[] {
    const { nodes } = this.plan();
    const wanting = nodes.get(path)!.filter((n) => n.wantsLock && !n.namesLock);
    if (!wanting.length) return [];
    const near = [...nodes].flatMap(([other, list]) =>
      other === path || inOneModule(this.modules, path, other) ? list : [],
    );
    const out = new Set<Node>();
    /** Some caller of it names the lock. */
    const isCalledUnder = (entered: Node, depth: number): boolean => {
      let any = false;
      for (const n of near) {
        if (n === entered || !n.callees.includes(entered)) continue;
        if (!n.namesLock && (depth >= MAX_LOCKERS || !isCalledUnder(n, depth + 1))) continue;
        any = true;
        if (n.path !== path) out.add(n);
      }
      return any;
    };
    for (const n of wanting) isCalledUnder(n, 1);
    return [...out];
  }

  private differs(before: FileSketch, now: FileSketch): boolean {
    const { vocabulary } = this.plan();
    // pieces that nobody touched are the same objects
    return (
      before.functions.length !== now.functions.length ||
      [...before.pageFields].join() !== [...now.pageFields].join() ||
      now.functions.some((f, i) => {
        const was = before.functions[i]!;
        return f !== was && vocabulary.digest(f) !== vocabulary.digest(was);
      })
    );
  }

  private plan(): Plan {
    return (this.made ??= this.makePlan());
  }

  private makePlan(): Plan {
    const vocabulary = new Vocabulary(this.sketches.values());
    const nodes = new Map<string, Node[]>();
    /** By the number of the name. */
    const shared: (Node[] | undefined)[] = [];
    const all: Node[] = [];
    for (const [path, s] of this.sketches) {
      const isHeader = !path.endsWith('.c');
      const list = s.functions.map((fn): Node => {
        const name = vocabulary.numberOf(fn.name);
        const { takes, unpins, owns, uses, wantsLock, namesLock, words, fields } = vocabulary.in(fn, name);
        return {
          path,
          fn,
          name,
          distance: owns || uses ? 0 : Infinity,
          taking: takes ? 0 : Infinity,
          giving: unpins ? 0 : Infinity,
          owns,
          wantsLock,
          namesLock,
          fields,
          words,
          callees: NO_NODES,
        };
      });
      nodes.set(path, list);
      for (const n of list) {
        all.push(n);
        // what the kernel's tables tell of a call is better than its code
        if ((n.fn.isStatic && !isHeader) || facts.acquire(n.fn.name) || facts.call(n.fn.name)) continue;
        (shared[n.name] ??= []).push(n);
      }
    }
    for (const list of nodes.values()) {
      const local = new Map<number, Node[]>();
      for (const n of list) {
        const known = local.get(n.name);
        if (known) known.push(n);
        else local.set(n.name, [n]);
      }
      for (const n of list) {
        const callees: Node[] = [];
        for (const word of n.words)
          if (word !== n.name) for (const callee of local.get(word) ?? ofOneFile(shared[word])) callees.push(callee);
        if (callees.length > 0) n.callees = callees;
      }
    }
    for (let d = 1; d <= MAX_DISTANCE; d++) {
      for (const n of all) {
        if (n.distance > d && n.callees.some((c) => c.distance === d - 1)) n.distance = d;
        if (n.taking > d && n.callees.some((c) => c.taking === d - 1)) n.taking = d;
        if (n.giving > d && n.callees.some((c) => c.giving === d - 1)) n.giving = d;
      }
    }
    const fields = new Set<string>();
    for (const n of all) {
      if (strength(n) > 1) continue;
      for (const f of n.fields) fields.add(f);
    }
    return { vocabulary, nodes, fields, links: new Map() };
  }
}

/** What one file defines by that name, perhaps once in each branch of an `#if`; two files may belong to two drivers. */
const ofOneFile = (list: readonly Node[] = []): readonly Node[] =>
  list.every((n) => n.path === list[0]!.path) ? list : [];

/** Calls between it and the nearest that takes pages of users or unpins them. */
const strength = ({ taking, giving }: Node): number => Math.min(taking, giving);

/** It takes or gives back such pages, or does something with those that its caller has at hand. */
const isWorthEntering = (caller: Node, callee: Node): boolean =>
  strength(callee) < MAX_DISTANCE || (callee.distance <= 1 && strength(caller) <= 1);

/** Does the file use what its headers define to take pages or to give them back? `headers`: those in which that is possible. */
export function usesHeaders(file: FileText, headers: readonly FileText[]): boolean {
  const driver = new Driver();
  for (const { path, text } of [...headers, file]) driver.set(path, text);
  return driver.matters(file.path);
}

const NO_NODES: readonly Node[] = [];

const has = (set: ReadonlySet<string>, words: ReadonlySet<string>): boolean => {
  for (const word of words) if (set.has(word)) return true;
  return false;
};
