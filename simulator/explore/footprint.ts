/** What a turn used: two turns whose footprints do not meet may change places without anybody noticing. */

/** Words of the machine's memory, and the modelled kernel as one. */
export class Footprint {
  readonly reads = new Set<number>();
  readonly writes = new Set<number>();
  /** The turn called into the modelled kernel, or the kernel's own actors worked. */
  kernel = false;

  access(at: number, size: number, write: boolean): void {
    const into = write ? this.writes : this.reads;
    for (let w = at >>> 2; w <= (at + size - 1) >>> 2; w++) into.add(w);
  }
  /** Could the order of the two matter? */
  meets(other: Footprint): boolean {
    if (this.kernel && other.kernel) return true;
    for (const w of this.writes) if (other.writes.has(w) || other.reads.has(w)) return true;
    for (const w of this.reads) if (other.writes.has(w)) return true;
    return false;
  }
}
