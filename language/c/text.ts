/** Expressions and types back to text. */
import type { CType, Expr } from './ast.ts';

/** A text, or several. */
interface Slices {
  slice(start: number, end: number): string;
}

/** The expression as written; what stems from a macro's body is printed from the tree. */
export function exprText(e: Expr, text: Slices): string {
  return print(e, text, false);
}

function print(e: Expr, text: Slices, inner: boolean): string {
  const p = (x: Expr): string => print(x, text, true);
  const wrap = (s: string): string => (inner ? `(${s})` : s);
  switch (e.kind) {
    case 'id':
      return e.name;
    case 'num':
      return e.text;
    case 'str':
      return JSON.stringify(e.value);
    case 'call':
      return `${p(e.callee)}(${e.args.map((a) => print(a, text, false)).join(', ')})`;
    case 'unary':
      return `${e.op}${p(e.arg)}`;
    case 'update':
      return e.prefix ? `${e.op}${p(e.arg)}` : `${p(e.arg)}${e.op}`;
    case 'binary':
      return e.op === ',' ? wrap(`${p(e.left)}, ${p(e.right)}`) : wrap(`${p(e.left)} ${e.op} ${p(e.right)}`);
    case 'assign':
      return wrap(`${p(e.left)} ${e.op} ${print(e.right, text, false)}`);
    case 'cond':
      return wrap(e.then ? `${p(e.test)} ? ${p(e.then)} : ${p(e.else)}` : `${p(e.test)} ?: ${p(e.else)}`);
    case 'member':
      return `${p(e.object)}${e.arrow ? '->' : '.'}${e.name}`;
    case 'index':
      return `${p(e.object)}[${print(e.index, text, false)}]`;
    case 'cast':
      return `(${typeText(e.type, text)})${p(e.arg)}`;
    case 'sizeof':
      return e.type ? `sizeof(${typeText(e.type, text)})` : `sizeof(${e.arg ? print(e.arg, text, false) : ''})`;
    case 'offsetof':
      return e.member === ''
        ? `__alignof__(${typeText(e.type, text)})`
        : `offsetof(${typeText(e.type, text)}, ${e.member})`;
    case 'type':
      return typeText(e.type, text);
    case 'compound':
      return `(${typeText(e.type, text)})${p(e.init)}`;
    case 'init':
      return `{ ${e.items.map((i) => `${i.designators.map((d) => ('field' in d ? `.${d.field}` : `[${p(d.index)}]`)).join('')}${i.designators.length > 0 ? ' = ' : ''}${print(i.value, text, false)}`).join(', ')} }`;
    case 'stmtexpr':
      return e.macro !== undefined
        ? '({ … })'
        : `({ ${text
            .slice(e.body.start, e.body.end)
            .replace(/\s+/g, ' ')
            .replace(/^\(?\{ ?|\}?\)?$/g, '')}})`;
    case 'opaque':
      return e.text.replace(/\s+/g, ' ');
  }
}

/** A type in C's notation (without a declared name). */
export function typeText(type: CType, text: Slices = ''): string {
  switch (type.kind) {
    case 'base':
    case 'named':
      return type.name;
    case 'record':
      return `${type.tag} ${type.name ?? '{…}'}`;
    case 'enum':
      return `enum ${type.name ?? '{…}'}`;
    case 'pointer':
      return type.to.kind === 'function'
        ? typeText(type.to, text).replace('(', '(*)(')
        : `${typeText(type.to, text)}${type.to.kind === 'pointer' ? '' : ' '}*`;
    case 'array':
      return `${typeText(type.of, text)}[${type.size ? exprText(type.size, text) : ''}]`;
    case 'function':
      return `${typeText(type.returns, text)} (${type.params.map((p) => typeText(p.type, text)).join(', ') || 'void'})`;
    case 'typeof':
      return `typeof(${exprText(type.expr, text)})`;
  }
}
