/** Which files of a folder are one module, as its Makefile or Kbuild says. */

/** Groups of object names: those of one composite module, or of one list of built-in objects. */
export type Modules = readonly ReadonlySet<string>[];

const ASSIGNMENT = /^[ \t]*([\w-]+?)-(y|objs|m|\$\([^)\n]*\))[ \t]*[:+?]?=[ \t]*((?:[^\n\\]|\\\r?\n|\\.)*)/gm;

/** The groups of a Makefile; objects that are modules of their own are groups of one. */
export function modulesOf(makefile: string): Modules {
  const groups = new Map<string, Set<string>>();
  let serial = 0;
  for (const [, target, kind, list] of makefile.matchAll(ASSIGNMENT)) {
    const objects = Array.from((list ?? '').matchAll(/(\S+)\.o\b/g), (m) => m[1]!);
    // obj-$(CONFIG_X) += x.o: each list is of its own; obj-y, and the parts of a module, are added up
    const key = target === 'obj' && kind !== 'y' ? `#${serial++}` : target!;
    const known = groups.get(key) ?? new Set();
    for (const name of objects) known.add(name);
    groups.set(key, known);
  }
  return [...groups.values()];
}

/** May two files be linked? True where nothing is known of one of them. */
export function inOneModule(modules: Modules, a: string, b: string): boolean {
  const one = modules.filter((m) => m.has(objectOf(a)));
  if (one.length === 0 || !modules.some((m) => m.has(objectOf(b)))) return true;
  return one.some((m) => m.has(objectOf(b)));
}

const objectOf = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.c$/, '');
