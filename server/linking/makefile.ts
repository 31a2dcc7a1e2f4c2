/** Which files of a folder are one module, as its Makefile or Kbuild says. */

/** Of each object's name, the groups that it belongs to: composite modules, or lists of built-in objects. */
export type Modules = ReadonlyMap<string, ReadonlySet<object>>;

const ASSIGNMENT = /^[ \t]*([\w-]+?)-(y|objs|m|\$\([^)\n]*\))[ \t]*[:+?]?=[ \t]*((?:[^\n\\]|\\\r?\n|\\.)*)/gm;

/** The groups of the Makefiles of a folder; objects that are modules of their own are groups of one. */
export function modulesOf(makefiles: Iterable<string>): Modules {
  const modules = new Map<string, Set<object>>();
  for (const makefile of makefiles) {
    const groups = new Map<string, object>();
    for (const [, target, kind, list] of makefile.matchAll(ASSIGNMENT)) {
      // obj-$(CONFIG_X) += x.o: each list is of its own; obj-y, and the parts of a module, are added up
      let group = target === 'obj' && kind !== 'y' ? {} : groups.get(target!);
      if (!group) groups.set(target!, (group = {}));
      for (const [, object] of (list ?? '').matchAll(/(\S+)\.o\b/g)) {
        const known = modules.get(object!);
        if (known) known.add(group);
        else modules.set(object!, new Set([group]));
      }
    }
  }
  return modules;
}

/** May two files be linked? True where nothing is known of one of them. */
export function inOneModule(modules: Modules, a: string, b: string): boolean {
  const one = modules.get(objectOf(a));
  const other = modules.get(objectOf(b));
  if (!one || !other) return true;
  for (const group of one) if (other.has(group)) return true;
  return false;
}

const objectOf = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.c$/, '');
