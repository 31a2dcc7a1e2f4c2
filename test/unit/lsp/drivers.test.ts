/** A document, and the other files of its driver. */
import { expect, it, vi } from 'vitest';
import { mayMatter } from '../../../server/index.ts';
import { TWO_FILES } from '../../fixtures/two-files.ts';
import { theAnalyser } from '../rules/check.ts';
import { connect } from './client.ts';

const { header: HEADER, take: TAKE, end: END } = TWO_FILES;

it('a file that names no gup call has a finding for what another one keeps; it goes when that one changes', async () => {
  const client = await connect({
    analyser: { createAnalyser: theAnalyser, mayMatter },
    listFolders: true,
    files: { 'file:///d/buf.h': HEADER, 'file:///d/take.c': TAKE, 'file:///d/end.c': END },
  });
  client.open('file:///d/end.c', END);
  expect(await client.diagnostics('file:///d/end.c')).toEqual(['4:2 mismatched-release error']);
  client.open('file:///d/take.c', TAKE);
  const before = client.refreshes;
  client.change('file:///d/take.c', TAKE.replace('pin_user', 'get_user').replace(' | FOLL_LONGTERM', ''));
  await vi.waitFor(() => expect(client.refreshes).toBeGreaterThan(before), 5000);
  expect(await client.diagnostics('file:///d/end.c')).not.toContain('4:2 mismatched-release error');
}, 30_000);

it('a file whose only gup call is behind a macro of a header is checked', async () => {
  const header = '#define DRV_PIN(a, p) pin_user_pages_fast(a, 1, FOLL_WRITE, p)\n';
  const text = `#include "compat.h"
int grab(unsigned long a)
{
	struct page *page;

	if (DRV_PIN(a, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
`;
  const client = await connect({
    analyser: { createAnalyser: theAnalyser, mayMatter },
    listFolders: true,
    files: { 'file:///p/drv/grab.c': text, 'file:///p/drv/inc/compat.h': header },
  });
  client.open('file:///p/drv/grab.c', text);
  expect(await client.diagnostics('file:///p/drv/grab.c')).toContain('8:2 mismatched-release error');
}, 30_000);
