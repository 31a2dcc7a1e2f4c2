/** The IOMMU, or its absence: dma_map_page and friends (kernel/dma/mapping.c, drivers/iommu/dma-iommu.c). */
import type { Column } from '../trace/journal.ts';
import type { State } from '../mm/state.ts';

/** enum dma_data_direction. */
export const DIRECTION = { BIDIRECTIONAL: 0, TO_DEVICE: 1, FROM_DEVICE: 2 } as const;
/** Direction of a mapping. */
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION];
/** With an IOMMU, device addresses start here (in pages), so that nobody mistakes them for frames. */
const IOVA_BASE = 0x100000;

/** A translation, or why there is none. */
export type Translation = { pfn: number; serial: number } | { fault: 'iommu-fault' | 'direction' };

/** Device address space. With the IOMMU off a device address is the frame number and is never revoked. */
export class Iommu {
  private readonly page: Column;
  private readonly dir: Column;
  private readonly serial: Column;
  private readonly next: Column;
  /** Domains that drivers fill themselves (iommu_map): device page and frame of each mapping, plus one; 0: free. */
  private readonly ownAddress: Column;
  private readonly ownPage: Column;
  constructor(
    readonly s: State,
    readonly on: boolean,
  ) {
    this.page = s.store.column('iova.page');
    this.dir = s.store.column('iova.direction');
    this.serial = s.store.column('iova.serial');
    this.next = s.store.column('iova.next', 4);
    this.ownAddress = s.store.column('domain.address');
    this.ownPage = s.store.column('domain.page');
  }
  /** dma_map_page: a device address (in pages) for a page. */
  map(pfn: number, direction: Direction): number {
    const row = this.on ? this.s.add(this.next, 0, 1) : pfn;
    this.s.set(this.page, row, pfn);
    this.s.set(this.dir, row, direction + 1);
    this.s.set(this.serial, row, this.s.serial.at(pfn));
    return this.on ? IOVA_BASE + row : row;
  }
  /** dma_map_sg / sg_alloc_table_from_pages: one address per page (an IOMMU makes them contiguous). */
  mapSg(pages: readonly number[], direction: Direction): number[] {
    return pages.map((p) => this.map(p, direction));
  }
  /** dma_unmap_page. Without an IOMMU the device can still reach the frame. */
  unmap(address: number): void {
    const row = this.row(address);
    if (this.s.store.columns.length && this.dir.at(row) === 0)
      throw new RangeError(`device address ${address} is not mapped`);
    this.s.set(this.dir, row, 0);
    if (this.on) this.s.set(this.page, row, 0);
  }
  private ownRow(address: number): number {
    for (let row = 0; row < this.next.at(1); row++) if (this.ownAddress.at(row) === address + 1) return row;
    return -1;
  }
  /** iommu_map: a driver maps a frame at a device address (in pages) of its choice; false: something is there. */
  mapAt(address: number, pfn: number): boolean {
    if (this.ownRow(address) >= 0) return false;
    let row = this.ownRow(-1);
    if (row < 0) row = this.s.add(this.next, 1, 1) - 1;
    this.s.set(this.ownAddress, row, address + 1);
    this.s.set(this.ownPage, row, pfn);
    return true;
  }
  /** iommu_unmap: false: nothing is there. */
  unmapAt(address: number): boolean {
    const row = this.ownRow(address);
    if (row >= 0) this.s.set(this.ownAddress, row, 0);
    return row >= 0;
  }
  /** iommu_iova_to_phys: the frame; 0: none. */
  frameAt(address: number): number {
    const row = this.ownRow(address);
    return row < 0 ? 0 : this.ownPage.at(row);
  }
  /** Is the address mapped (dma_map_page without dma_unmap_page)? */
  mapped(address: number): boolean {
    return this.frameAt(address) !== 0 || this.dir.at(this.row(address)) !== 0;
  }
  /** Number of live mappings, for leak checks. */
  live(): number[] {
    const out: number[] = [];
    this.dir.data.forEach((d, row) => {
      if (d) out.push(this.on ? IOVA_BASE + row : row);
    });
    return out;
  }
  /** Calls `visit` for each live mapping. `serial`: number that the frame had when it was mapped. */
  each(visit: (address: number, pfn: number, direction: number, serial: number) => void): void {
    const { data } = this.dir;
    for (let row = 0; row < data.length; row++)
      if (data[row]) visit(this.on ? IOVA_BASE + row : row, this.page.at(row), data[row]! - 1, this.serial.at(row));
  }
  /** What a device access at `address` reaches. `write`: the device writes memory. */
  translate(address: number, write: boolean): Translation {
    const own = this.frameAt(address);
    if (own) return { pfn: own, serial: this.s.serial.at(own) };
    const row = this.row(address);
    const dir = this.dir.at(row);
    const pfn = this.page.at(row);
    if (this.on && (dir === 0 || pfn === 0)) return { fault: 'iommu-fault' };
    if (this.on && ((write && dir - 1 === DIRECTION.TO_DEVICE) || (!write && dir - 1 === DIRECTION.FROM_DEVICE)))
      return { fault: 'direction' };
    return { pfn: pfn || address, serial: this.serial.at(row) };
  }
  private row(address: number): number {
    return this.on ? address - IOVA_BASE : address;
  }
}
