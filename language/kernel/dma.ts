/**
 * Mapping of memory for devices. Follows include/linux/dma-mapping.h, include/linux/iommu.h, include/rdma/ib_verbs.h,
 * and include/linux/pci-dma-compat.h up to 5.17.
 */
import { dmaAddr, page, pfn, row, sg, sgTable, table, vaddr } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

type Result = 'dma-addr' | 'count' | 'errno' | 'pointer';
const map = (pages: PagesArg, direction: number | null, result: Result): Effect => ({
  kind: 'dma-map',
  pages,
  direction,
  result,
});
const unmap = (pages: PagesArg, direction: number | null): Effect => ({ kind: 'dma-unmap', pages, direction });
const sync = (pages: PagesArg, direction: number): Effect => ({ kind: 'dma-sync', pages, direction });

const generic = table('include/linux/dma-mapping.h', [
  row('dma_map_page dma_map_page_attrs', [map(page(1), 4, 'dma-addr')]),
  row('dma_map_single dma_map_single_attrs', [map(vaddr(1), 3, 'dma-addr')]),
  row('dma_map_sg dma_map_sg_attrs', [map(sg(1, 2), 3, 'count')]),
  row('dma_map_sgtable', [map(sgTable(1), 2, 'errno')], { since: '5.8' }),
  row('dma_map_phys', [map(pfn(1), 3, 'dma-addr')], { since: '6.18' }),
  row('dma_unmap_page dma_unmap_page_attrs dma_unmap_single dma_unmap_single_attrs', [unmap(dmaAddr(1), 3)]),
  row('dma_unmap_phys', [unmap(dmaAddr(1), 3)], { since: '6.18' }),
  row('dma_unmap_sg dma_unmap_sg_attrs', [unmap(sg(1, 2), 3)]),
  row('dma_unmap_sgtable', [unmap(sgTable(1), 2)], { since: '5.8' }),
  row('dma_sync_single_for_cpu dma_sync_single_for_device', [sync(dmaAddr(1), 3)]),
  row('dma_sync_single_range_for_cpu dma_sync_single_range_for_device', [sync(dmaAddr(1), 4)]),
  row('dma_sync_sg_for_cpu dma_sync_sg_for_device', [sync(sg(1, 2), 3)]),
  row('dma_sync_sgtable_for_cpu dma_sync_sgtable_for_device', [sync(sgTable(1), 2)], { since: '5.8' }),
  row(
    `
    dma_mapping_error dma_set_mask dma_set_coherent_mask dma_set_mask_and_coherent dma_get_mask dma_set_max_seg_size
    dma_get_max_seg_size dma_set_seg_boundary dma_get_cache_alignment dma_max_mapping_size dma_need_sync
    dma_unmap_addr dma_unmap_addr_set dma_unmap_len dma_unmap_len_set sg_dma_address sg_dma_len valid_dma_direction
  `,
    [{ kind: 'pure' }],
  ),
]);

const pci = table('include/linux/pci-dma-compat.h', [
  row('pci_map_page', [map(page(1), 4, 'dma-addr')], { until: '5.18', replacedBy: 'dma_map_page' }),
  row('pci_map_single', [map(vaddr(1), 3, 'dma-addr')], { until: '5.18', replacedBy: 'dma_map_single' }),
  row('pci_map_sg', [map(sg(1, 2), 3, 'count')], { until: '5.18', replacedBy: 'dma_map_sg' }),
  row('pci_unmap_page', [unmap(dmaAddr(1), 3)], { until: '5.18', replacedBy: 'dma_unmap_page' }),
  row('pci_unmap_single', [unmap(dmaAddr(1), 3)], { until: '5.18', replacedBy: 'dma_unmap_single' }),
  row('pci_unmap_sg', [unmap(sg(1, 2), 3)], { until: '5.18', replacedBy: 'dma_unmap_sg' }),
  row('pci_dma_sync_single_for_cpu pci_dma_sync_single_for_device', [sync(dmaAddr(1), 3)], { until: '5.18' }),
  row('pci_dma_sync_sg_for_cpu pci_dma_sync_sg_for_device', [sync(sg(1, 2), 3)], { until: '5.18' }),
  row('pci_dma_mapping_error pci_set_dma_mask pci_set_consistent_dma_mask', [{ kind: 'pure' }], { until: '5.18' }),
]);

const rdma = table('include/rdma/ib_verbs.h', [
  row('ib_dma_map_page', [map(page(1), 4, 'dma-addr')]),
  row('ib_dma_map_single', [map(vaddr(1), 3, 'dma-addr')]),
  row('ib_dma_map_sg ib_dma_map_sg_attrs', [map(sg(1, 2), 3, 'count')]),
  row('ib_dma_map_sgtable_attrs', [map(sgTable(1), 2, 'errno')], { since: '5.11' }),
  row('ib_dma_unmap_page ib_dma_unmap_single', [unmap(dmaAddr(1), 3)]),
  row('ib_dma_unmap_sg ib_dma_unmap_sg_attrs', [unmap(sg(1, 2), 3)]),
  row('ib_dma_unmap_sgtable_attrs', [unmap(sgTable(1), 2)], { since: '5.11' }),
  row('ib_dma_sync_single_for_cpu ib_dma_sync_single_for_device', [sync(dmaAddr(1), 3)]),
  row('ib_dma_mapping_error ib_dma_max_seg_size ib_uses_virt_dma', [{ kind: 'pure' }]),
]);

const iommu = table('include/linux/iommu.h', [
  row('iommu_map', [map(pfn(2), null, 'errno')]),
  row('iommu_map_atomic', [map(pfn(2), null, 'errno')], { until: '6.3', replacedBy: 'iommu_map' }),
  row('iommu_map_sg', [map(sg(2, 3), null, 'count')]),
  row('iommu_map_sgtable', [map(sgTable(2), null, 'count')], { since: '5.8' }),
  row('iommu_unmap iommu_unmap_fast', [unmap(dmaAddr(1), null)]),
  row('iommu_iova_to_phys iommu_iotlb_sync iommu_flush_iotlb_all', [{ kind: 'pure' }]),
]);

/** Calls that map, unmap or synchronise memory for a device. Device addresses and physical ones are `pfn` / `dma-addr`. */
export const dma: readonly CallFact[] = [...generic, ...pci, ...rdma, ...iommu];
