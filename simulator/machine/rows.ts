/** Small tables in one column of the journal: rows of named fields. */
import type { Column, Store } from '../trace/journal.ts';

/** A table. Row 0 holds the number of rows; rows count from 1. */
export class Rows<F extends string> {
  private readonly column: Column;
  private readonly at: Readonly<Record<string, number>>;
  private readonly stride: number;
  constructor(
    private readonly store: Store,
    name: string,
    fields: readonly F[],
  ) {
    this.column = store.column(name, 64 * fields.length);
    this.at = Object.fromEntries(fields.map((f, i) => [f, i]));
    this.stride = fields.length;
  }
  /** Number of rows. */
  get count(): number {
    return this.column.at(0);
  }
  /** A new row with these values; its number. */
  add(values: Partial<Record<F, number>>): number {
    const row = this.count + 1;
    this.store.set(this.column, 0, row);
    for (const k in values) this.set(row, k, values[k] ?? 0);
    return row;
  }
  get(row: number, field: F): number {
    return this.column.at(row * this.stride + this.at[field]!);
  }
  set(row: number, field: F, value: number): void {
    this.store.set(this.column, row * this.stride + this.at[field]!, value);
  }
  /** First row for which the test holds; 0: none. */
  find(test: (row: number) => boolean): number {
    for (let r = 1; r <= this.count; r++) if (test(r)) return r;
    return 0;
  }
}
