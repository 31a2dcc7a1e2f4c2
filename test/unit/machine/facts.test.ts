/** The kernel's API in language/kernel and the calls that the machine knows are one list. */
import { describe, expect, it } from 'vitest';
import { facts } from '../../../language/kernel/index.ts';
import { BUILTIN_NAMES, prelude } from '../../../simulator/machine/index.ts';

/** Words of the compiler, not calls. */
const COMPILER = /^(?:__builtin_\w+|sizeof|typeof|__typeof__|static_assert)$/;
/** Whole subsystems that the machine does not have: a use is an error at its place. */
const MISSING =
  /^(?:_*bio_\w+|submit_bio\w*|generic_make_request|blk_\w+|_*skb_\w+|\w*alloc_skb|kernel_sendpage|sock_\w+|usb_\w*urb\w*|interface_to_usbdev|netif_napi_\w+|virtqueue_\w+|dmaengine_\w+|dma_wait_for_async_tx|dma_sync_wait|dma_buf_export|dma_fence_add_callback|rhashtable_\w+|kfifo_put|mtree_\w+|xas_store|hmm_\w+|memfd_pin_folios|iommu_map_sg\w*|regmap_\w+|gpiod_\w+|anon_inode_\w+|fd_install|(?:get|put)_unused_fd\w*|eventfd_ctx_fdget|mmu_notifier_get\w*|import_iovec|iov_iter_xarray)$/;

describe('language/kernel and the machine', () => {
  const { macros, program } = prelude('6.12');
  const builtins = new Set(BUILTIN_NAMES);
  const known = (name: string): boolean =>
    macros.has(name) || program.functions.has(name) || (builtins.has(name) && program.prototypes.has(name));

  it('the headers are read without a problem', () => {
    expect(program.problems).toEqual([]);
  });
  it('every call of the tables can be run, but for subsystems that are left out', () => {
    const names = new Set([...facts.acquires.map((a) => a.name), ...facts.calls.map((c) => c.name)]);
    expect([...names].filter((n) => !known(n) && !COMPILER.test(n) && !MISSING.test(n))).toEqual([]);
    expect([...names].filter((n) => known(n) && MISSING.test(n))).toEqual([]);
    // most of the tables, not a token of them
    expect([...names].filter(known).length).toBeGreaterThan(1700);
  });
  it('every declared built-in has code, and the other way round', () => {
    expect([...program.prototypes.keys()].filter((n) => !program.functions.has(n) && !builtins.has(n))).toEqual([]);
    expect(BUILTIN_NAMES.filter((n) => !program.prototypes.has(n))).toEqual([]);
  });
});
