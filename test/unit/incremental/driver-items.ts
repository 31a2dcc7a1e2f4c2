/** A driver in pieces, and what is typed into it. */
import type { HeaderText } from '../../../language/c/unit.ts';

/** What the driver includes. */
export const HEADERS: readonly HeaderText[] = [
  {
    path: 'driver.h',
    text: '#define PIN(a, n, p) pin_user_pages_fast(a, n, FOLL_WRITE, p)\nstruct buffer { struct page **pages; int nr; unsigned long addr; };\nstatic inline void drop(struct buffer *b)\n{\n\tunpin_user_pages(b->pages, b->nr);\n}\n',
  },
];

/** Items of a driver, most of them with something to find. */
export const ITEMS = [
  '#include "driver.h"\n',
  '#define MAX_PAGES 16\n',
  '#if MODE\n#define FLAGS FOLL_WRITE\n#else\n#define FLAGS 0\n#endif\n',
  'struct session {\n\tstruct page **pages;\n\tint nr;\n\tstruct page *one;\n};\n',
  'static int take(struct session *s, unsigned long addr, int nr)\n{\n\tint ret;\n\n\tret = get_user_pages_fast(addr, nr, FOLL_WRITE, s->pages);\n\tif (ret < 0)\n\t\treturn ret;\n\ts->nr = ret;\n\treturn 0;\n}\n',
  'static void give(struct session *s)\n{\n\tint i;\n\n\tfor (i = 0; i < s->nr; i++)\n\t\tput_page(s->pages[i]);\n}\n',
  'int pin_one(unsigned long addr)\n{\n\tstruct page *page;\n\tint ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page);\n\n\tif (ret != 1)\n\t\treturn -EFAULT;\n\tif (addr & 1)\n\t\treturn -EINVAL;\n\tput_page(page);\n\treturn 0;\n}\n',
  'int pin_many(unsigned long addr, struct buffer *b)\n{\n\tstruct page **pages = kmalloc_array(MAX_PAGES, sizeof(*pages), GFP_KERNEL);\n\tint n;\n\n\tif (!pages)\n\t\treturn -ENOMEM;\n\tn = PIN(addr, MAX_PAGES, pages);\n\tif (n < MAX_PAGES) {\n\t\tkfree(pages);\n\t\treturn -EFAULT;\n\t}\n\tb->pages = pages;\n\tb->nr = n;\n\tdrop(b);\n\tdrop(b);\n\treturn 0;\n}\n',
  'static int helper(int x)\n{\n\tif (x > 3)\n\t\treturn x;\n\treturn -x;\n}\n',
  'long locked(struct mm_struct *mm, unsigned long addr, struct page **p)\n{\n\tlong n = pin_user_pages(addr, 4, FLAGS, p);\n\n\tif (helper(n) > 0)\n\t\tunpin_user_pages(p, n);\n\treturn n;\n}\n',
  '/* a note */\n',
];
/** What is typed: whole statements, and pieces that leave the code broken. */
export const TYPED = [
  '\n',
  ' ',
  ';',
  '{',
  '}',
  '(',
  '"',
  '/*',
  'return -EINVAL;',
  '\tif (ret > 3)\n\t\treturn ret;\n',
  'unpin_user_pages(pages, n);\n',
  'put_page(page);\n',
  'x',
  '#if FOO\n',
  '#endif\n',
  'kfree(s->pages);\n',
  'ü',
  '\nstatic void more(struct page *p)\n{\n\tput_page(p);\n}\n',
];
