/** The fields of records, those of their unnamed structs and unions among them. */
import type { FieldDef, RecordDef } from './ast.ts';

/** All fields with names; `head`: the first member of the unnamed union that one stands in. */
export function fieldsIn(fields: readonly FieldDef[], found: (name: string, head: string | undefined) => void): void {
  const visit = (list: readonly FieldDef[], inUnion: boolean): void => {
    const head = inUnion ? (list.find((f) => f.name)?.name ?? undefined) : undefined;
    for (const f of list) {
      if (f.name) found(f.name, head);
      else if (f.type.kind === 'record' && f.type.def) visit(f.type.def.fields, f.type.def.tag === 'union');
    }
  };
  visit(fields, false);
}

/** Records by the names of their fields. */
export function byField(records: Iterable<RecordDef>): ReadonlyMap<string, readonly RecordDef[]> {
  const all = new Map<string, RecordDef[]>();
  for (const record of records)
    fieldsIn(record.fields, (name) => {
      const known = all.get(name);
      if (!known) all.set(name, [record]);
      else if (!known.includes(record)) known.push(record);
    });
  return all;
}
