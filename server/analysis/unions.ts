/** Members of anonymous unions: several names of the same memory. */
import type { FieldDef } from '../../language/c/ast.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';

const known = new WeakMap<TranslationUnit, ReadonlyMap<string, string>>();

/**
 * For each field name that stands in an anonymous union of some record, and nowhere else: the name of the union's first
 * member, which then stands for all of them (`union { struct page **pages; phys_addr_t *pas; }`).
 */
export function unionNames(unit: TranslationUnit): ReadonlyMap<string, string> {
  let names = known.get(unit);
  if (!names) known.set(unit, (names = collect(unit)));
  return names;
}

function collect(unit: TranslationUnit): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const plain = new Set<string>();
  const visit = (fields: readonly FieldDef[], inUnion: boolean): void => {
    const head = fields.find((f) => f.name)?.name;
    for (const f of fields) {
      if (f.name) {
        if (inUnion && head) first.set(f.name, first.get(f.name) ?? head);
        else plain.add(f.name);
      } else if (f.type.kind === 'record' && f.type.def) visit(f.type.def.fields, f.type.def.tag === 'union');
    }
  };
  for (const r of unit.records.values()) visit(r.fields, false);
  for (const name of plain) first.delete(name);
  return first;
}
