/** Styles of other houses: Hungarian typedefs, C99 declarations, error macros. */
import { describe, it } from 'vitest';
import { shape } from './shapes.ts';

const TYPES = `
typedef int INT;
typedef unsigned int UINT;
typedef unsigned long ULONG, *PULONG;
typedef void VOID, *PVOID;
typedef int BOOL;
typedef int DRV_STATUS;
typedef struct page PAGE, *PPAGE;
typedef struct _DRV_BUFFER {
	PPAGE *ppPages;
	ULONG ulPages;
	BOOL bPinned;
	ULONG ulUserVa;
} DRV_BUFFER, *PDRV_BUFFER;
#define DRV_OK 0
#define DRV_FAILED(s) ((s) < 0)
#define DRV_SUCCEEDED(s) ((s) >= 0)
#define E_FAIL (-EFAULT)
`;

describe('Hungarian typedefs', () => {
  it('leaks, mismatches, double releases through typedefs of all kinds', () =>
    shape(`${TYPES}
DRV_STATUS DrvPin(PDRV_BUFFER pBuffer)
{
	INT nPinned = pin_user_pages_fast(pBuffer->ulUserVa, pBuffer->ulPages, FOLL_WRITE | FOLL_LONGTERM, pBuffer->ppPages);

	if (DRV_FAILED(nPinned))
		return nPinned;
	if ((ULONG)nPinned != pBuffer->ulPages) {
		if (nPinned > 0)
			unpin_user_pages(pBuffer->ppPages, nPinned);
		return E_FAIL;
	}
	pBuffer->bPinned = TRUE;
	return DRV_OK;
}
VOID DrvUnpin(PDRV_BUFFER pBuffer)
{
	if (!pBuffer->bPinned)
		return;
	unpin_user_pages_dirty_lock(pBuffer->ppPages, pBuffer->ulPages, 1);
	pBuffer->bPinned = FALSE;
}
DRV_STATUS DrvOnce(ULONG ulVa)
{
	PPAGE pPage;
	INT iRet = pin_user_pages_fast(ulVa, 1, 0, &pPage);

	if (iRet != 1)
		return E_FAIL;
	DrvStart(pPage);
	put_page(pPage); //~ mismatched-release
	return DRV_OK;
}
DRV_STATUS DrvTwice(ULONG ulVa)
{
	PPAGE pPage;

	if (pin_user_pages_fast(ulVa, 1, 0, &pPage) != 1)
		return E_FAIL;
	unpin_user_page(pPage);
	unpin_user_page(pPage); //~ double-release
	return DRV_OK;
}
DRV_STATUS DrvLeak(PPAGE *ppPages, ULONG ulVa, INT nPages)
{
	DRV_STATUS status;
	INT nPinned = pin_user_pages_fast(ulVa, nPages, 0, ppPages);

	if (nPinned < nPages) {
		if (DRV_SUCCEEDED(nPinned))
			unpin_user_pages(ppPages, nPinned);
		return E_FAIL;
	}
	status = DrvStart(ppPages);
	if (DRV_FAILED(status))
		return status; //~ leaked-pin
	unpin_user_pages(ppPages, nPages);
	return DRV_OK;
}`));

  it('a record that another file releases with the wrong call', () =>
    shape(`${TYPES}
DRV_STATUS DrvPin(DRV_BUFFER *pBuffer)
{
	INT nPinned = pin_user_pages_fast(pBuffer->ulUserVa, (INT)pBuffer->ulPages, FOLL_WRITE | FOLL_LONGTERM, pBuffer->ppPages);

	if (nPinned != (INT)pBuffer->ulPages) {
		if (nPinned > 0)
			unpin_user_pages(pBuffer->ppPages, (ULONG)nPinned);
		return E_FAIL;
	}
	return DRV_OK;
}
VOID DrvClose(PVOID pContext)
{
	PDRV_BUFFER pBuffer = (PDRV_BUFFER)pContext;
	ULONG i;

	for (i = 0; i < pBuffer->ulPages; i++)
		put_page(pBuffer->ppPages[i]); //~ mismatched-release
}`));

  it('plain references whose data a device reaches', () =>
    shape(`${TYPES}
DRV_STATUS DrvMap(struct device *pDev, ULONG ulVa)
{
	PPAGE pPage;
	dma_addr_t hDma;

	if (get_user_pages_fast(ulVa, 1, FOLL_WRITE, &pPage) != 1) //~ get-for-dma
		return E_FAIL;
	hDma = dma_map_page(pDev, pPage, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	DrvRun(hDma);
	dma_unmap_page(pDev, hDma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(pPage);
	put_page(pPage);
	return DRV_OK;
}`));
});

describe('C99', () => {
  it('declarations where they are needed', () =>
    shape(`
int f(unsigned long a, int nr)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	int const ret = pin_user_pages_fast(a, nr, FOLL_WRITE, pages);
	if (ret != nr) {
		for (int i = 0; i < ret; i++)
			unpin_user_page(pages[i]);
		kvfree(pages);
		return ret < 0 ? ret : -EFAULT;
	}

	bool failed = start(pages);
	if (failed) {
		kvfree(pages); //~ leaked-pin
		return -EIO;
	}
	for (int i = nr - 1; i >= 0; --i)
		unpin_user_page(pages[i]);
	kvfree(pages);
	return 0;
}
int g(unsigned long a)
{
	struct page *page;
	if (pin_user_pages_fast(a, 1, 0, &page) != 1) return -EFAULT;
	const int rc = start((struct req){ .page = page, .len = 4 });
	if (rc) { return rc; } //~ leaked-pin
	unpin_user_page(page);
	return 0;
}
static int pin_one(unsigned long a, struct page *pages[static 1])
{
	return pin_user_pages_fast(a, 1, 0, pages);
}
int h(unsigned long a)
{
	struct page *pages[1];
	auto int n = pin_one(a, pages);
	if (n != 1)
		return -EFAULT;
	start(pages[0]);
	put_page(*pages); //~ mismatched-release
	return 0;
}`));
});

describe('error macros', () => {
  it('with return, with goto, with a message, around the call itself', () =>
    shape(`
#define RETURN_IF_ERR(expr) do { long _r = (expr); if (unlikely(_r < 0)) return _r; } while (0)
#define GOTO_IF(cond, label, code) do { if (unlikely(cond)) { rc = (code); pr_err("failed\\n"); goto label; } } while (0)
#define DRV_ASSERT_RETURN(cond, code) do { if (!(cond)) { pr_err("assertion " #cond "\\n"); return (code); } } while (0)
int f(unsigned long a, struct page **pages, int nr)
{
	int rc = 0;
	int n = pin_user_pages_fast(a, nr, FOLL_WRITE, pages);

	RETURN_IF_ERR(n);
	GOTO_IF(n != nr, out, -EFAULT);
	GOTO_IF(start(pages), out, -EIO);
	GOTO_IF(submit(pages), out, -EIO);
out:
	unpin_user_pages(pages, n);
	return rc;
}
int g(unsigned long a, struct page **pages, int nr)
{
	int rc = 0;
	int n = pin_user_pages_fast(a, nr, FOLL_WRITE, pages);

	RETURN_IF_ERR(n);
	GOTO_IF(n != nr, out, -EFAULT);
	RETURN_IF_ERR(start(pages)); //~ leaked-pin
out:
	unpin_user_pages(pages, n);
	return rc;
}
int h(unsigned long a, struct page **pages, int nr)
{
	int n = pin_user_pages_fast(a, nr, FOLL_WRITE, pages);

	if (n < 0)
		return n;
	DRV_ASSERT_RETURN(n == nr, -EFAULT); //~ leaked-pin
	unpin_user_pages(pages, n);
	return 0;
}`));
});

describe('error codes of a project, in headers that were not read', () => {
  const helper = `static int lock_pages(struct demo *d, unsigned long addr, int nr)
{
	int err = VM_SUCCESS;
	int n = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (n < nr) {
		if (n > 0)
			unpin_user_pages(d->pages, n);
		err = VM_ERROR_NO_MEM;
		goto out;
	}
	demo_note(d, n);
out:
	return err;
}
`;
  it.each(['err', 'err < 0', 'err < VM_SUCCESS', 'err != VM_SUCCESS', '!(err == VM_SUCCESS)', 'VM_SUCCESS > err'])(
    'are what they are called: %s',
    (failed) =>
      shape(`${helper}
int run(struct demo *d, unsigned long addr, int nr)
{
	int err = lock_pages(d, addr, nr);

	if (${failed})
		return err;
	demo_submit(d);
	unpin_user_pages(d->pages, nr);
	return 0;
}
`),
  );
  it('do not hide what is wrong', () =>
    shape(`${helper}
int run(struct demo *d, unsigned long addr, int nr)
{
	int err = lock_pages(d, addr, nr);

	if (err < VM_SUCCESS)
		return err;
	if (demo_submit(d) != VM_SUCCESS)
		return VM_ERROR_BUSY; //~ leaked-pin
	unpin_user_pages(d->pages, nr);
	return 0;
}
`));
});
