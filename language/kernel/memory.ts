/** Allocation and freeing of memory. Follows include/linux/slab.h, vmalloc.h, gfp.h, device.h, mempool.h, dma-mapping.h. */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

const alloc = (zeroed: boolean, fails: 'null' | 'err-ptr' | 'never' = 'null'): readonly Effect[] => [
  { kind: 'alloc', zeroed, fails },
];
const managed = (zeroed: boolean): readonly Effect[] => [{ kind: 'alloc', zeroed, fails: 'null', managed: true }];
const free = (arg: number): readonly Effect[] => [{ kind: 'free', arg }];

/** Allocators (which zero, which may give NULL) and their frees. */
export const memory: readonly CallFact[] = [
  ...table('include/linux/slab.h', [
    row(
      `
      kmalloc kmalloc_array kmalloc_node kmalloc_array_node __kmalloc kmalloc_track_caller kmemdup kmemdup_nul
      kmemdup_array kstrdup kstrndup kasprintf kvasprintf krealloc krealloc_array kvmalloc kvmalloc_node
      kvmalloc_array kvmemdup kvrealloc kmem_cache_alloc kmem_cache_alloc_node
    `,
      alloc(false),
    ),
    row('kzalloc kzalloc_node kcalloc kcalloc_node kvzalloc kvzalloc_node kvcalloc kmem_cache_zalloc', alloc(true)),
    row('kmalloc_obj kmalloc_objs kvmalloc_obj kvmalloc_objs kmalloc_flex', alloc(false)),
    row('kzalloc_obj kzalloc_objs kvzalloc_obj kvzalloc_objs kzalloc_flex', alloc(true)),
    row(
      'kfree kvfree kfree_sensitive kfree_const kvfree_sensitive kfree_rcu_mightsleep kvfree_rcu_mightsleep',
      free(0),
    ),
    row('kzfree', free(0), { until: '5.10', replacedBy: 'kfree_sensitive' }),
    row('kfree_rcu kvfree_rcu', free(0)),
    row('kmem_cache_free', free(1)),
    row('kmem_cache_create kmem_cache_create_usercopy', alloc(false), { source: 'mm/slab_common.c' }),
    row('KMEM_CACHE', alloc(false)),
    row('kmem_cache_destroy', free(0)),
    row('ksize kmalloc_size_roundup', [{ kind: 'pure' }]),
  ]),
  ...table('include/linux/vmalloc.h', [
    row('vmalloc vmalloc_node vmalloc_32 __vmalloc vmalloc_array vmalloc_huge', alloc(false)),
    row('vzalloc vzalloc_node vmalloc_user vmalloc_32_user vcalloc', alloc(true)),
    row('vfree vfree_atomic', free(0)),
  ]),
  ...table('include/linux/gfp.h', [
    row(
      `
      alloc_page alloc_pages alloc_pages_node __alloc_pages alloc_pages_exact __get_free_page __get_free_pages
      __get_dma_pages folio_alloc vma_alloc_folio dev_alloc_page dev_alloc_pages
    `,
      alloc(false),
      { doc: 'Kernel pages: __free_page(s) / free_pages gives them back.' },
    ),
    row('get_zeroed_page alloc_zeroed_user_highpage_movable', alloc(true)),
  ]),
  ...table('include/linux/device.h', [
    row(
      `
      devm_kmalloc devm_kmalloc_array devm_kmemdup devm_kstrdup devm_kasprintf devm_krealloc devm_get_free_pages
      dmam_alloc_coherent
    `,
      managed(false),
    ),
    row('devm_kzalloc devm_kcalloc', managed(true)),
    row('devm_kfree', free(1)),
  ]),
  ...table('include/linux/mempool.h', [
    row(
      `
      mempool_alloc mempool_create mempool_create_kmalloc_pool mempool_create_slab_pool mempool_create_page_pool
    `,
      alloc(false),
    ),
    row('mempool_destroy', free(0)),
    row('mempool_free', free(0)),
  ]),
  ...table('include/linux/dma-mapping.h, include/linux/dmapool.h', [
    row('dma_alloc_coherent dma_alloc_attrs dma_alloc_wc dma_alloc_noncoherent dma_pool_zalloc', alloc(true)),
    row('dma_zalloc_coherent', alloc(true), { until: '5.0', replacedBy: 'dma_alloc_coherent' }),
    row('pci_alloc_consistent pci_zalloc_consistent', alloc(true), { until: '5.18', replacedBy: 'dma_alloc_coherent' }),
    row('pci_free_consistent', free(2), { until: '5.18', replacedBy: 'dma_free_coherent' }),
    row('dma_pool_alloc', alloc(false)),
    row('dma_free_coherent dma_free_attrs dma_free_wc dma_free_noncoherent', free(2)),
    row('dma_pool_free', free(1)),
  ]),
  ...table('include/linux/uaccess.h, mm/util.c', [
    row(
      'memdup_user vmemdup_user memdup_user_nul memdup_array_user vmemdup_array_user strndup_user',
      alloc(false, 'err-ptr'),
    ),
  ]),
  ...table('include/linux/skbuff.h, include/linux/bio.h', [
    row(
      `
      alloc_skb __alloc_skb dev_alloc_skb netdev_alloc_skb __netdev_alloc_skb napi_alloc_skb bio_alloc bio_kmalloc
      bio_alloc_bioset
    `,
      alloc(false),
    ),
    row('usb_alloc_urb', alloc(true), { source: 'drivers/usb/core/urb.c' }),
    row('usb_free_urb', free(0), { source: 'drivers/usb/core/urb.c' }),
  ]),
];
