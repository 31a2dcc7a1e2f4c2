/** Operations that use GUP inside the kernel: pipes, direct I/O, process_vm_writev, io_uring. */
import { E, FOLL } from '../flags.ts';
import { gupPutFolio } from '../gup_pin.ts';
import { folioPut } from '../page_alloc.ts';
import { contentOf } from '../process.ts';
import { directIo, ioPinPages, processVmWritev, vmsplice } from '../users.ts';
import { emptyHolder, fillHolder, holderPages, holderRow } from '../holders.ts';
import { done, type Operations } from './table.ts';

/** Operations that use GUP inside the kernel, by name. */
export const USERS_OPERATIONS: Operations = {
  vmsplice: (m, a) => {
    const { mm, start, end } = a.range();
    const out: number[] = [];
    const ret = vmsplice(m.s, mm, start, end - start, out);
    if (out.length) fillHolder(m.s, 'pipe', [...holderPages(m.s, holderRow(m.s, 'pipe')), ...out], false);
    return done(ret);
  },
  pipe_read: (m, a) => {
    const pages = emptyHolder(m.s, holderRow(m.s, 'pipe'));
    if (!pages.length) a.fail('op', 'the pipe is empty');
    const data = m.s.contents.token(contentOf(m.s, pages[0]!));
    for (const p of pages) folioPut(m.s, m.s.head(p));
    return { ret: pages.length * 4096, data };
  },
  odirect_read_into: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(directIo(m.s, mm, vpn, true, (page) => m.s.set(m.s.content, page, m.s.contents.ofToken(''))));
  },
  odirect_write_from: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(directIo(m.s, mm, vpn, false, () => undefined));
  },
  process_vm_writev: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(mm ? processVmWritev(m.s, mm, vpn, a.data()) : -E.SRCH);
  },
  io_uring_register_buffers: (m, a) => {
    const { mm, start, end } = a.range();
    if (holderPages(m.s, holderRow(m.s, 'io_uring')).length) return done(-E.BUSY);
    const out: number[] = [];
    const ret = ioPinPages(m.s, mm, start, end - start, out);
    if (out.length) fillHolder(m.s, 'io_uring', out, true);
    return done(ret);
  },
  io_uring_unregister_buffers: (m) => {
    const pages = emptyHolder(m.s, holderRow(m.s, 'io_uring'));
    if (!pages.length) return done(-E.NXIO);
    for (const p of pages) gupPutFolio(m.s, m.s.head(p), 1, FOLL.PIN);
    return done();
  },
};
