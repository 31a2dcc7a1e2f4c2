/** Members of anonymous unions: several names of the same memory. */
import { fieldsIn } from '../../language/c/index.ts';
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
  /** Of members of unions, whatever else has their name: undefined is no such member. */
  readonly #first = new Map<string, string | undefined>();
  readonly #isPlain = new Map<string, boolean>();

  constructor(private readonly unit: TranslationUnit) {}

  /** The first member of the union that a field stands in. */
  get(name: string): string | undefined {
    const first = this.firstOf(name);
    return first === undefined || this.isPlain(name) ? undefined : first;
  }

  /** All members of the unions that begin with one of that name. */
  membersOf(first: string): string[] {
    const names = new Set<string>();
    for (const r of this.unit.recordsWithUnionOf(first))
      fieldsIn(r.fields, (name, head) => {
        if (head === first) names.add(name);
      });
    return [...names].filter((name) => this.get(name) === first);
  }

  private firstOf(name: string): string | undefined {
    if (!this.#first.has(name)) this.#first.set(name, this.findFirst(name));
    return this.#first.get(name);
  }

  private findFirst(name: string): string | undefined {
    let first: string | undefined;
    for (const r of this.unit.recordsWithUnionOf(name))
      fieldsIn(r.fields, (field, head) => {
        if (field === name) first ??= head;
      });
    return first;
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
