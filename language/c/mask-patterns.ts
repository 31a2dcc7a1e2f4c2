/** Characters, words and shapes that masking looks for. */
import { ANNOTATIONS } from './masknames.ts';
import { skipString } from './scan.ts';
import { WordFilter } from './word-filter.ts';

export const NL = 10,
  CR = 13,
  SPACE = 32,
  QUOTE = 34,
  HASH = 35,
  APOS = 39,
  LPAREN = 40,
  RPAREN = 41,
  STAR = 42,
  COMMA = 44,
  DOT = 46,
  SLASH = 47,
  COLON = 58,
  SEMI = 59,
  EQ = 61,
  LBRACK = 91,
  BACKSLASH = 92,
  LBRACE = 123,
  RBRACE = 125;

/** 1: may start an identifier; 2: digit. */
export const CLASS = new Uint8Array(128);
for (let c = 48; c < 58; c++) CLASS[c] = 2;
for (let c = 65; c < 91; c++) CLASS[c] = CLASS[c + 32] = 1;
CLASS[95] = CLASS[36] = 1;

export type BraceKind = 'block' | 'record' | 'list';

export const NUMBER =
  /^(?:0[xX][\da-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|\d+[uUlL]*|[\d.]+(?:[eE]\d*)?[fFlL]?|0[xX][\da-fA-F.]+[pP]\d*)$/;
export const TYPE_ARG_1 = /^(?:(?:const|volatile)\s+)*(?:struct|union|enum)\s+\w+(?:\s*\*|\s+const\b)*(?=\s*[,)])/;
export const TYPE_ARG_N =
  /^(?:(?:const|volatile)\s+)*(?:(?:struct|union|enum)\s+\w+|(?:unsigned|signed|long|short|int|char|float|double|void|bool|size_t|ssize_t)\b(?:\s+(?:unsigned|signed|long|short|int|char|double)\b)*)(?:\s*\*|\s+const\b)*(?=\s*[,)])/;
export const BASE_ARG_1 =
  /^(?:const\s+)?(?:unsigned|signed|long|short|int|char|float|double|bool|void|size_t|ssize_t)\b(?:\s+(?:unsigned|signed|long|short|int|char)\b)*(?:\s*\*)*(?=\s*[,)])/;
export const NAMED_PTR_ARG = /^[A-Za-z_]\w*(?:\s*\*)+(?=\s*[,)])/;
export const TYPE_STARTS: ReadonlySet<string> = new Set([
  'struct',
  'union',
  'enum',
  'unsigned',
  'signed',
  'long',
  'short',
  'int',
  'char',
  'float',
  'double',
  'void',
  'bool',
  'size_t',
  'ssize_t',
  'const',
  'volatile',
]);
/** Words that are followed by a parenthesis and then, perhaps, a block. */
export const HEADS: ReadonlySet<string> = new Set([
  'if',
  'while',
  'for',
  'switch',
  'return',
  'sizeof',
  'asm',
  '__asm__',
]);
/** Words in front of a parenthesis that holds a type by rights, or a cast. */
export const NOT_MACRO: ReadonlySet<string> = new Set([
  'sizeof',
  '__alignof__',
  '_Alignof',
  'alignof',
  '__alignof',
  'return',
  'if',
  'while',
  'for',
  'switch',
  'case',
  'else',
  'do',
  'goto',
  'OFFSETOF',
  'x',
]);
export const STATEMENT_STARTS: ReadonlySet<string> = new Set([
  'return',
  'goto',
  'break',
  'continue',
  'if',
  'for',
  'while',
  'do',
  'switch',
]);
/** Words that masking looks at wherever they stand, besides macros. */
export const TELLING = new WordFilter([
  ...ANNOTATIONS,
  ...TYPE_STARTS,
  ...STATEMENT_STARTS,
  ...['case', '__auto_type'],
]);
/** Calls whose first argument is a type. */
export const TYPE_FIRST =
  /^(?:min|max|clamp|min_not_zero|roundup|rounddown)_t$|^(?:typecheck|__builtin_types_compatible_p|__is_constexpr_t|DEFINE_\w+|kmalloc_obj\w*|kzalloc_obj\w*|kvmalloc_obj\w*|kcalloc_objs?)$|_of_type$|^(?:sizeof_field|offsetofend|offsetof|struct_size_t|typeof_member|va_arg|get_unaligned_t|put_unaligned_t|FIELD_SIZEOF|rcu_dereference_type|DECLARE_\w+|KUNIT_DEFINE_\w+|MODULE_DEVICE_TABLE|array_of_type|alloc_percpu\w*|devm_alloc_percpu|kmem_cache_create_type|KMEM_CACHE\w*|iio_trigger_type)$/;

/** The range as white space, lines kept. */
export function blanked(text: string, from: number, to: number): string {
  return text.slice(from, to).replace(/[^\n\r]/g, ' ');
}

/** End of a directive, continuation lines included. */
export function lineEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const e = text.indexOf('\n', at);
    if (e < 0) return text.length;
    const before = text.charCodeAt(e - 1) === CR ? e - 2 : e - 1;
    if (text.charCodeAt(before) !== BACKSLASH) return e;
    at = e + 1;
  }
}

/** End of a macro argument that starts before `from`: offset of the `,` or `)` at its level, or -1. */
export function argumentEnd(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length && i < from + 2000; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE || c === APOS) {
      i = skipString(text, i) - 1;
      continue;
    }
    if (c === LPAREN || c === LBRACK) depth++;
    else if (c === RPAREN || c === 93) {
      if (depth === 0) return i;
      depth--;
    } else if (c === COMMA && depth === 0) return i;
    else if (c === LBRACE) depth++;
    else if (c === RBRACE) {
      if (depth === 0) return -1;
      depth--;
    }
  }
  return -1;
}

/** True if there is a `;` outside of nested brackets. */
export function hasSemicolon(text: string, from: number, to: number): boolean {
  let depth = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE || c === APOS) i = skipString(text, i) - 1;
    else if (c === LPAREN || c === LBRACE) depth++;
    else if (c === RPAREN || c === RBRACE) depth--;
    else if (c === SEMI && depth === 0) return true;
  }
  return false;
}
