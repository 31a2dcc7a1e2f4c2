/** matchRelease, dropRelease, flags, insertRelease. */
import { describe, expect, it } from 'vitest';
import { analysed, check, fixesOf } from './check.ts';

const pair = (
  acquire: string,
  release: string,
  use = '',
  flags = '0',
): string => `int f(struct device *dev, unsigned long a, struct page **pages, int nr, bool dirty)
{
	int ret = ${acquire}(a, nr, ${flags}, pages);

	if (ret <= 0)
		return ret;
${use}${release}
	return 0;
}
`;

describe('matchRelease', () => {
  it('renames the release', () =>
    check(
      { match: 'release_pages', wanted: 'pin' },
      pair('pin_user_pages_fast', '\trelease_pages(pages, ret);'),
      pair('pin_user_pages_fast', '\tunpin_user_pages(pages, ret);'),
      { safe: true },
    ));
  it('keeps the dirtying', () =>
    check(
      { match: 'put_page', wanted: 'pin' },
      pair('pin_user_pages_fast', '\tset_page_dirty_lock(pages[0]);\n\tput_page(pages[0]);'),
      pair('pin_user_pages_fast', '\tunpin_user_pages_dirty_lock(&pages[0], 1, true);'),
    ));
  it('offers both sides, the acquire first when only unpins follow', async () => {
    const before = pair('get_user_pages_fast', '\tunpin_user_pages(pages, ret);');
    await check(
      { match: 'unpin_user_pages', wanted: 'get' },
      before,
      pair('pin_user_pages_fast', '\tunpin_user_pages(pages, ret);'),
      { safe: true },
    );
    await check(
      { match: 'unpin_user_pages', wanted: 'get' },
      before,
      pair('get_user_pages_fast', '\trelease_pages(pages, ret);'),
      { choice: 1, safe: false },
    );
  });
  it('writes a loop for a get that is dirtied', () =>
    check(
      { match: 'unpin_user_pages_dirty_lock', wanted: 'get' },
      pair('get_user_pages_fast', '\tunpin_user_pages_dirty_lock(pages, ret, dirty);'),
      pair(
        'get_user_pages_fast',
        '\t{\n\t\tunsigned long i;\n\n\t\tfor (i = 0; i < ret; i++) {\n\t\t\tif (dirty)\n\t\t\t\tset_page_dirty_lock(pages[i]);\n\t\t\tput_page(pages[i]);\n\t\t}\n\t}',
      ),
      { choice: 1 },
    ));
  it('offers the get as the second choice for a pin put back', async () => {
    const fixes = fixesOf(await analysed(pair('pin_user_pages_fast', '\tput_page(pages[0]);')), {
      match: 'put_page',
      wanted: 'pin',
    }).fixes;
    expect(fixes.map((f) => [f.title, f.safe, f.preferred])).toEqual([
      ['Release with unpin_user_page()', true, true],
      ['Change pin_user_pages_fast() to its get_user_pages form', false, false],
    ]);
  });
});

describe('dropRelease', () => {
  it('takes the line out', () =>
    check(
      { drop: 'put_page', nth: 1 },
      pair('get_user_pages_fast', '\tput_page(pages[0]);\n\tput_page(pages[0]);'),
      pair('get_user_pages_fast', '\tput_page(pages[0]);'),
      { safe: false },
    ));
  it('leaves what else is on the line', () =>
    check(
      { drop: 'put_page', nth: 1 },
      pair('get_user_pages_fast', '\tput_page(pages[0]); put_page(pages[0]); /* x */'),
      pair('get_user_pages_fast', '\tput_page(pages[0]); /* x */'),
    ));
  it('takes an idle if or loop with it', async () => {
    await check(
      { drop: 'put_page', nth: 1 },
      pair('get_user_pages_fast', '\tput_page(pages[0]);\n\tif (dirty)\n\t\tput_page(pages[0]);'),
      pair('get_user_pages_fast', '\tput_page(pages[0]);'),
    );
    await check(
      { drop: 'put_page', nth: 1 },
      pair(
        'get_user_pages_fast',
        '\tput_page(pages[0]);\n\tfor (nr = 0; nr < ret; nr++) {\n\t\tput_page(pages[nr]);\n\t}',
      ),
      pair('get_user_pages_fast', '\tput_page(pages[0]);'),
    );
  });
  it('keeps a condition that does something', () =>
    check(
      { drop: 'put_page', nth: 1 },
      pair('get_user_pages_fast', '\tput_page(pages[0]);\n\tif (poll(dev))\n\t\tput_page(pages[0]);'),
      pair('get_user_pages_fast', '\tput_page(pages[0]);\n\tif (poll(dev))\n\t\t;'),
    ));
  it('takes the one in front of the goto out, when the second is behind a label', () => {
    const text = (first: string): string => `int f(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	if (prepare()) {
${first}		goto out;
	}
	go();
out:
	unpin_user_pages(pages, ret);
	return 0;
}
`;
    return check({ drop: 'unpin_user_pages', nth: 1 }, text('\t\tunpin_user_pages(pages, ret);\n'), text(''));
  });
  it('narrows to what is held', () =>
    check(
      { narrow: 'unpin_user_pages' },
      pair('pin_user_pages_fast', '\tunpin_user_pages(pages, nr);'),
      pair('pin_user_pages_fast', '\tunpin_user_pages(pages, ret);'),
    ));
});

describe('flags', () => {
  const add = (from: string, to: string): Promise<unknown> =>
    check(
      { add: 'pin_user_pages_fast', flag: 'FOLL_LONGTERM' },
      pair('pin_user_pages_fast', '', '', from),
      pair('pin_user_pages_fast', '', '', to),
      { safe: true },
    );
  const remove = (from: string, to: string): Promise<unknown> =>
    check(
      { remove: 'pin_user_pages_fast', flag: 'FOLL_PIN' },
      pair('pin_user_pages_fast', '', '', from),
      pair('pin_user_pages_fast', '', '', to),
      { safe: true },
    );
  it('adds', async () => {
    await add('0', 'FOLL_LONGTERM');
    await add('FOLL_WRITE', 'FOLL_WRITE | FOLL_LONGTERM');
    await add('dirty ? FOLL_WRITE : 0', '(dirty ? FOLL_WRITE : 0) | FOLL_LONGTERM');
    await add('(dirty ? FOLL_WRITE : 0)', '(dirty ? FOLL_WRITE : 0) | FOLL_LONGTERM');
  });
  it('adds nothing that is there', async () => {
    const file = await analysed(pair('pin_user_pages_fast', '', '', 'FOLL_LONGTERM'));
    expect(fixesOf(file, { add: 'pin_user_pages_fast', flag: 'FOLL_LONGTERM' }).fixes).toEqual([]);
  });
  it('removes', async () => {
    await remove('FOLL_PIN', '0');
    await remove('FOLL_WRITE | FOLL_PIN', 'FOLL_WRITE');
    await remove('FOLL_PIN | FOLL_WRITE', 'FOLL_WRITE');
    await remove('FOLL_WRITE | FOLL_PIN | FOLL_LONGTERM', 'FOLL_WRITE | FOLL_LONGTERM');
    await remove('(dirty ? FOLL_WRITE : 0) | FOLL_PIN', '(dirty ? FOLL_WRITE : 0)');
    await remove('dirty ? FOLL_PIN : 0', 'dirty ? 0 : 0');
    await remove('FOLL_WRITE | (FOLL_PIN)', 'FOLL_WRITE');
  });
  it('removes from a variable', () => {
    const text = (init: string, more: string): string => `int f(unsigned long a, struct page **pages, bool w)
{
	unsigned int flags = ${init};

${more}	return pin_user_pages_fast(a, 1, flags, pages);
}
`;
    return check(
      { remove: 'pin_user_pages_fast', flag: 'FOLL_PIN' },
      text('FOLL_PIN', '\tif (w)\n\t\tflags |= FOLL_PIN;\n\tflags |= FOLL_WRITE | FOLL_PIN;\n'),
      text('0', '\tflags |= FOLL_WRITE;\n'),
    );
  });
});

describe('insertRelease', () => {
  const leak = (exit: string, head = ''): string => `static int f(unsigned long a, struct page **pages, int nr)
{
	int ret, err;

	ret = pin_user_pages_fast(a, nr, 0, pages);
	if (ret <= 0)
		return ret;
${head}${exit}
	unpin_user_pages(pages, ret);
	return 0;
}
int g(unsigned long a) { struct page *p[4]; return f(a, 4, p); }
`;
  it('adds braces to an unbraced exit', () =>
    check(
      { leak: true },
      leak('\tif (prepare())\n\t\treturn -EIO; /* no luck */'),
      leak('\tif (prepare()) {\n\t\tunpin_user_pages(pages, ret);\n\t\treturn -EIO; /* no luck */\n\t}'),
      { safe: false },
    ));
  it('goes in front of a braced exit', () =>
    check(
      { leak: true },
      leak('\tif (prepare()) {\n\t\terr = -EIO;\n\t\treturn err;\n\t}'),
      leak('\tif (prepare()) {\n\t\terr = -EIO;\n\t\tunpin_user_pages(pages, ret);\n\t\treturn err;\n\t}'),
    ));
  it('closes and opens around an else', () =>
    check(
      { leak: true },
      leak('\tif (prepare())\n\t\treturn -EIO;\n\telse\n\t\tcpu_relax();'),
      leak('\tif (prepare()) {\n\t\tunpin_user_pages(pages, ret);\n\t\treturn -EIO;\n\t} else\n\t\tcpu_relax();'),
    ));
  it('opens a line of its own', () =>
    check(
      { leak: true },
      leak('\tif (prepare()) return -EIO;'),
      leak('\tif (prepare()) {\n\t\tunpin_user_pages(pages, ret);\n\t\treturn -EIO;\n\t}'),
    ));
  it('guards a count that may be an error', async () => {
    const text = (inner: string): string => `static int f(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret != nr)${inner}
	unpin_user_pages(pages, nr);
	return 0;
}
int g(unsigned long a) { struct page *p[4]; return f(a, 4, p); }
`;
    await check(
      { leak: true },
      text('\n\t\treturn -EFAULT;'),
      text(' {\n\t\tif (ret > 0)\n\t\t\tunpin_user_pages(pages, ret);\n\t\treturn -EFAULT;\n\t}'),
    );
  });
  it('goes in front of the goto of the path, not behind the label', () => {
    const text = (inner: string): string => `static int f(unsigned long a, struct page **pages, int nr)
{
	int err = 0;
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	if (prepare()) {
		err = -EIO;
${inner}		goto out;
	}
	unpin_user_pages(pages, ret);
out:
	return err;
}
int g(unsigned long a) { struct page *p[4]; return f(a, 4, p); }
`;
    return check({ leak: true }, text(''), text('\t\tunpin_user_pages(pages, ret);\n'));
  });
  const unwinding = (
    first: string,
    second: string,
    count = 'nr',
    pages = 'pages',
  ): string => `static int f(unsigned long a, struct page **pages, int nr)
{
	int n;
	int ret = pin_user_pages_fast(a, ${count}, 0, ${pages});

	if (ret < 0)
		goto out;
	n = ret;
	ret = -EIO;
	if (prepare()) {
${first}		goto out;
	}
	ret = prepare();
	if (ret < 0)${second}
	unpin_user_pages(pages, ${count === '1' ? '1' : 'n'});
	ret = 0;
out:
	if (ret)
		pr_info("failed");
	return ret;
}
int g(unsigned long a) { struct page *p[4]; return f(a, 4, p); }
`;
  it('finds the goto in spite of decisions behind the label, and the copy of the count', () =>
    check(
      { leak: true },
      unwinding('', ' {\n\t\tunpin_user_pages(pages, n);\n\t\tgoto out;\n\t}'),
      unwinding(
        '\t\tif (n > 0)\n\t\t\tunpin_user_pages(pages, n);\n',
        ' {\n\t\tunpin_user_pages(pages, n);\n\t\tgoto out;\n\t}',
      ),
    ));
  it('knows that one page is one page', () =>
    check(
      { leak: true },
      unwinding('', ' {\n\t\tunpin_user_pages(pages, 1);\n\t\tgoto out;\n\t}', '1').replace('\tn = ret;\n', ''),
      unwinding(
        '\t\tunpin_user_page(pages[0]);\n',
        ' {\n\t\tunpin_user_pages(pages, 1);\n\t\tgoto out;\n\t}',
        '1',
      ).replace('\tn = ret;\n', ''),
    ));
  it('knows that all are held behind a test of the call itself', () => {
    const whole = (exit: string): string =>
      leak(exit).replace(
        'ret = pin_user_pages_fast(a, nr, 0, pages);\n\tif (ret <= 0)\n\t\treturn ret;',
        'if (pin_user_pages_fast(a, nr, 0, pages) != nr)\n\t\treturn 0;',
      );
    return check(
      { leak: true },
      whole('\tif (prepare())\n\t\treturn -EIO;'),
      whole('\tif (prepare()) {\n\t\tunpin_user_pages(pages, nr);\n\t\treturn -EIO;\n\t}'),
    );
  });
});
