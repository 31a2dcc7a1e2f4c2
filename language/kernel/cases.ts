/** CASE 1 to 5 of Documentation/core-api/pin_user_pages.rst ("when to use which flags"), in our words. */
import type { CaseFact } from './types.ts';

/** The document that numbers the cases. */
export const casesSource = 'Documentation/core-api/pin_user_pages.rst';

/** The cases, 1 to 5. */
export const cases: readonly CaseFact[] = [
  {
    number: 1,
    title: 'Direct I/O',
    advice:
      'Pages are the buffer of one transfer and are given back when it ends. Pin them: pin_user_pages*(), then unpin_user_page*().',
  },
  {
    number: 2,
    title: 'RDMA and other long-lived buffers',
    advice:
      'A device uses the pages until user space lets go of them. Pin them with FOLL_LONGTERM, which also keeps them out of movable memory and off DAX files.',
  },
  {
    number: 3,
    title: 'MMU notifier',
    advice:
      'The driver is told before the mapping changes and stops using the pages then, or needs none because its device can fault. No pin is needed: get_user_pages*() and put_page(), or nothing at all.',
  },
  {
    number: 4,
    title: 'struct page only',
    advice:
      'Nobody touches what the page holds, only its struct page. Plain references do: get_user_pages*() and put_page().',
  },
  {
    number: 5,
    title: 'Access to the data by the CPU',
    advice:
      'The kernel reads or writes the pages’ data itself (kmap, copy), without any device. Pin them around the access as in case 1; with plain references a write can be lost or reach a page being written back.',
  },
];
