/** Members of anonymous unions: several names of the same memory. */
import type { FieldDef } from '../../language/c/ast.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';

const known = new WeakMap<TranslationUnit, UnionNames>();

/** See UnionNames. */
export function unionNames(unit: TranslationUnit): UnionNames {
  let names = known.get(unit);
  if (!names) known.set(unit, (names = new UnionNames(unit)));
  return names;
}

/**
 * For each field name that stands in an anonymous union of some record, and nowhere else: the name of the union's first
 * member, which then stands for all of them (`union { struct page **pages; phys_addr_t *pas; }`).
 */
export class UnionNames {
  /** Of members of unions, whatever else has their name. */
  readonly #first = new Map<string, string>();
  readonly #isPlain = new Map<string, boolean>();

  constructor(private readonly unit: TranslationUnit) {
    for (const r of unit.recordsWith('union'))
      fieldsIn(r.fields, (name, head) => {
        if (head !== undefined && !this.#first.has(name)) this.#first.set(name, head);
      });
  }

  /** The first member of the union that a field stands in. */
  get(name: string): string | undefined {
    const first = this.#first.get(name);
    return first === undefined || this.isPlain(name) ? undefined : first;
  }

  /** All members of the unions that begin with one of that name. */
  membersOf(first: string): string[] {
    return [...this.#first.keys()].filter((name) => this.get(name) === first);
  }

  /** A field of that name stands outside of anonymous unions, too. */
  private isPlain(name: string): boolean {
    let isPlain = this.#isPlain.get(name);
    if (isPlain === undefined) {
      isPlain = false;
      for (const r of this.unit.recordsWith(name))
        fieldsIn(r.fields, (field, head) => {
          if (field === name && head === undefined) isPlain = true;
        });
      this.#isPlain.set(name, isPlain);
    }
    return isPlain;
  }
}

/** All fields with names; `head`: the first member of the anonymous union that one stands in. */
function fieldsIn(fields: readonly FieldDef[], found: (name: string, head: string | undefined) => void): void {
  const visit = (list: readonly FieldDef[], inUnion: boolean): void => {
    const head = inUnion ? (list.find((f) => f.name)?.name ?? undefined) : undefined;
    for (const f of list) {
      if (f.name) found(f.name, head);
      else if (f.type.kind === 'record' && f.type.def) visit(f.type.def.fields, f.type.def.tag === 'union');
    }
  };
  visit(fields, false);
}
