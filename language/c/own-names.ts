/**
 * The names that a file keeps to itself: static functions and variables, records of its own. Where it is read beside another
 * file they get a name that nobody else has: `cleanup (vm.c)`.
 */
import type { Declarator, RecordDef } from './ast.ts';

/** What a file declares at file scope. */
interface Declared {
  readonly records: Map<string, RecordDef>;
  readonly globals: readonly Declarator[];
}

/** The name as it stands in the text. */
export const plainName = (name: string): string => (name.endsWith(')') ? name.slice(0, name.lastIndexOf(' (')) : name);

/** Renames what a file keeps to itself. */
export class OwnNames {
  private readonly values = new Set<string>();
  private readonly records = new Set<string>();
  private readonly suffix: string;
  private isComplete = false;

  constructor(
    path: string,
    /** To be called before anything is renamed: it calls `declare`. */
    private readonly complete: () => void,
  ) {
    this.suffix = ` (${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)})`;
  }

  /** What others call it. */
  nameOf(name: string): string {
    return name.endsWith(this.suffix) ? name : name + this.suffix;
  }

  /** What the file calls it. */
  private plain(name: string): string {
    return name.endsWith(this.suffix) ? name.slice(0, -this.suffix.length) : name;
  }

  /** Takes in static functions and the declarations of the file, and renames those. */
  declare(statics: Iterable<string>, declared: Declared): void {
    if (this.isComplete) return;
    this.isComplete = true;
    for (const name of statics) this.values.add(this.plain(name));
    for (const g of declared.globals) if (g.isStatic) this.values.add(this.plain(g.name));
    for (const name of declared.records.keys()) this.records.add(this.plain(name));
    const all = objectsIn([[...declared.records.values()], declared.globals]);
    for (const at of all) this.renameOne(at, new Set());
    for (const g of declared.globals) if (g.isStatic) (g as { name: string }).name = this.nameOf(g.name);
    for (const [name, record] of [...declared.records]) {
      declared.records.delete(name);
      declared.records.set(this.nameOf(name), record);
    }
  }

  /** Renames in place, in anything that was lowered of a function. */
  rename(root: object): void {
    this.complete();
    if (this.values.size === 0 && this.records.size === 0) return;
    const all = objectsIn(root);
    // a parameter or local variable of the same name hides the function
    const hidden = new Set<string>();
    for (const at of all) if (isVariable(at) && this.values.has(at.name)) hidden.add(at.name);
    for (const at of all) this.renameOne(at, hidden);
  }

  private renameOne(at: object, hidden: ReadonlySet<string>): void {
    const named = at as { kind?: string; tag?: string; name?: unknown };
    if (typeof named.name !== 'string') return;
    const isOwn =
      named.kind === 'id'
        ? this.values.has(named.name) && !hidden.has(named.name)
        : named.tag !== undefined && this.records.has(named.name);
    if (isOwn) named.name = this.nameOf(named.name);
  }
}

/** A parameter or a declarator. */
const isVariable = (at: object): at is { name: string } =>
  'type' in at && 'name' in at && typeof at.name === 'string' && !('kind' in at);

function objectsIn(root: object): Set<object> {
  const seen = new Set<object>();
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const at = stack.pop();
    if (typeof at !== 'object' || at === null || seen.has(at)) continue;
    seen.add(at);
    stack.push(...Object.values(at));
  }
  return seen;
}
