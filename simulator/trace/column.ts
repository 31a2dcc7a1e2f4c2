/** A field of the state, for many rows. */

/** One field of the state: a growable Int32Array. Rows that were never written read as 0. */
export class Column {
  data: Int32Array;
  /** Of columns whose cells are written several times a step: stamp of the last entry of each cell. */
  last: Int32Array | undefined;
  /** Of columns whose rows may be written in bulk: the epoch in which each block was last copied. */
  saved: Int32Array | undefined;
  /** @param name kernel name of the field. @param id number of the field in its store. @param capacity rows allocated at once. */
  constructor(
    readonly name: string,
    readonly id: number,
    capacity: number,
  ) {
    this.data = new Int32Array(capacity);
  }
  /** Value of row `i`; 0 beyond the end. */
  at(i: number): number {
    const { data } = this;
    // the first test keeps the engine from preparing for what is not in the array
    return i < data.length ? data[i]! | 0 : 0;
  }
}
