/** What a fault says: what happened to which object, where it was made and where it went. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';

const said = (body: string): string[] =>
  run(`int f(void)\n{\n${body}\nreturn 0;\n}\n`).faults.map((f) => `${f.line}: ${f.text}`);
const MAP = 'struct page *p = alloc_page(GFP_KERNEL);\ndma_addr_t a = dma_map_page(NULL, p, 0, 4096, DMA_TO_DEVICE);\n';

describe('messages', () => {
  it.each([
    [
      'past the end',
      'char *p = kzalloc(8, GFP_KERNEL);\np[8] = 1;',
      '4: write of 1 byte directly behind the end of the 8-byte allocation (8 bytes, allocated at line 3)',
    ],
    [
      'after the free',
      'char *p = kzalloc(8, GFP_KERNEL);\nkfree(p);\nreturn p[2];',
      '5: read of 1 byte at offset 2 of the 8-byte allocation allocated at line 3, which was freed at line 4',
    ],
    [
      'freed twice',
      'char *p = kzalloc(8, GFP_KERNEL);\nkfree(p);\nkfree(p);',
      '5: kfree() of the 8-byte allocation, which line 4 freed already',
    ],
    [
      'no value',
      'int *p = kmalloc(8, GFP_KERNEL);\nreturn p[1];',
      '4: read of a value of the 8-byte allocation that was never written (byte 4 of 8)',
    ],
    [
      'an array of variable length',
      'int n = 3;\nint a[n];\na[n] = 1;',
      "5: write of 4 bytes directly behind the end of 'a' (12 bytes, allocated at line 4)",
    ],
    ['a local', 'int x = 1;\nkfree(&x);', "4: kfree() of the local variable 'x'"],
    [
      'unmapped twice',
      `${MAP}dma_unmap_page(NULL, a, 4096, DMA_TO_DEVICE);\ndma_unmap_page(NULL, a, 4096, DMA_TO_DEVICE);`,
      '6: dma_unmap of an address that was mapped at line 4 and unmapped at line 5 already',
    ],
    [
      'synced the wrong way',
      `${MAP}dma_sync_single_for_cpu(NULL, a, 4096, DMA_FROM_DEVICE);`,
      '5: DMA-API: synced as DMA_FROM_DEVICE, mapped as DMA_TO_DEVICE at line 4',
    ],
    [
      'unmapped shorter',
      `${MAP}dma_unmap_page(NULL, a, 512, DMA_TO_DEVICE);`,
      '5: DMA-API: unmapped with 512 bytes, mapped with 4096 at line 4',
    ],
    [
      'after vunmap()',
      'struct page *p = alloc_page(GFP_KERNEL);\nchar *v = vmap(&p, 1, VM_MAP, PAGE_KERNEL);\nvunmap(v);\nv[0] = 1;',
      '6: write of memory of vmap() or vmalloc() after vunmap() or vfree()',
    ],
    [
      'a reference to kmalloc() memory',
      'char *p = kzalloc(64, GFP_KERNEL);\nget_page(virt_to_page(p));',
      '4: this is the struct page of kmalloc() memory: the slab allocator owns it, drivers do not take references to it',
    ],
    [
      'sleeping with a spinlock',
      'static DEFINE_SPINLOCK(l);\nspin_lock(&l);\nmsleep(1);',
      '5: this sleeps in atomic context (a spinlock is held since line 4)',
    ],
  ])('%s', (_, body, message) => {
    expect(said(body)).toContain(message);
  });
});
