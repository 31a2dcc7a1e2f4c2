/** Expressions: syntax nodes to the tree of ast.ts, with the project's macros seen through. */
import type { AssignOp, BinaryOp, Expr, FromMacro, InitItem, Span } from './ast.ts';
import { isPlainLiteral, macroAt, openMacro } from './fragments.ts';
import type { SNode } from './parser.ts';
import { type Cx, field, nodeText, rawText, spanOf } from './source.ts';
import { lowerBlock, lowerStatements } from './statements.ts';
import { fragmentExpr, lowerType, lowerTypeDescriptor, typeFromText } from './types.ts';

const UNARY: ReadonlySet<string> = new Set(['-', '+', '!', '~', '&', '*']);

/** Lowers one expression; what can't be read becomes an OpaqueExpr. */
export function lowerExpr(cx: Cx, node: SNode): Expr {
  const span = spanOf(cx, node);
  switch (node.type) {
    case 'identifier':
    case 'type_identifier':
      return identifier(cx, node, span);
    case 'field_identifier':
      return { kind: 'id', name: nodeText(cx, node), ...span };
    case 'number_literal':
      return number(nodeText(cx, node), span);
    case 'char_literal':
      return { kind: 'num', value: charValue(nodeText(cx, node)), text: nodeText(cx, node), ...span };
    case 'true':
      return { kind: 'num', value: 1n, text: 'true', ...span };
    case 'false':
      return { kind: 'num', value: 0n, text: 'false', ...span };
    case 'null':
      return { kind: 'id', name: 'NULL', ...span };
    case 'string_literal':
      return { kind: 'str', value: unescape(nodeText(cx, node)), ...span };
    case 'concatenated_string': {
      let value = '';
      for (const part of node.children)
        value += part.type === 'string_literal' ? unescape(nodeText(cx, part)) : `%${nodeText(cx, part)}`;
      return { kind: 'str', value, ...span };
    }
    case 'parenthesized_expression': {
      const inner = node.children[0];
      if (inner?.type === 'compound_statement' && node.children.length === 1)
        return { kind: 'stmtexpr', body: lowerBlock(cx, inner), ...span };
      return node.children.length === 1 ? lowerExpr(cx, inner!) : opaque(cx, node);
    }
    case 'extension_expression':
      return node.children[0] ? lowerExpr(cx, node.children[0]) : opaque(cx, node);
    case 'comma_expression': {
      const left = field(node, 'left');
      const right = field(node, 'right');
      return left && right
        ? { kind: 'binary', op: ',', left: lowerExpr(cx, left), right: lowerExpr(cx, right), ...span }
        : opaque(cx, node);
    }
    case 'binary_expression': {
      const left = field(node, 'left');
      const right = field(node, 'right');
      const op = field(node, 'operator');
      if (!left || !right || !op) return opaque(cx, node);
      const typeName = parenthesizedType(cx, left, nodeText(cx, op));
      if (typeName) {
        const arg: Expr = {
          kind: 'unary',
          op: nodeText(cx, op) as '-',
          arg: lowerExpr(cx, right),
          ...cx.src.origin(op.start, right.end),
        };
        return { kind: 'cast', type: lowerType(cx, typeName), arg, ...span };
      }
      return {
        kind: 'binary',
        op: nodeText(cx, op) as BinaryOp,
        left: lowerExpr(cx, left),
        right: lowerExpr(cx, right),
        ...span,
      };
    }
    case 'assignment_expression': {
      const left = field(node, 'left');
      const right = field(node, 'right');
      const op = field(node, 'operator');
      if (!left || !right) return opaque(cx, node);
      return {
        kind: 'assign',
        op: (op ? nodeText(cx, op) : '=') as AssignOp,
        left: lowerExpr(cx, left),
        right: lowerExpr(cx, right),
        ...span,
      };
    }
    case 'conditional_expression': {
      const test = field(node, 'condition');
      const then = field(node, 'consequence');
      const otherwise = field(node, 'alternative');
      if (!test || !otherwise) return opaque(cx, node);
      return {
        kind: 'cond',
        test: lowerExpr(cx, test),
        ...(then ? { then: lowerExpr(cx, then) } : {}),
        else: lowerExpr(cx, otherwise),
        ...span,
      };
    }
    case 'unary_expression':
    case 'pointer_expression': {
      const arg = field(node, 'argument');
      const op = field(node, 'operator');
      const text = op ? nodeText(cx, op) : '';
      if (!arg || !UNARY.has(text)) return opaque(cx, node);
      return { kind: 'unary', op: text as '-', arg: lowerExpr(cx, arg), ...span };
    }
    case 'update_expression': {
      const arg = field(node, 'argument');
      const op = field(node, 'operator');
      if (!arg || !op) return opaque(cx, node);
      return {
        kind: 'update',
        op: nodeText(cx, op) as '++',
        prefix: op.start < arg.start,
        arg: lowerExpr(cx, arg),
        ...span,
      };
    }
    case 'cast_expression':
      return cast(cx, node, span);
    case 'field_expression': {
      const object = field(node, 'argument');
      const name = field(node, 'field');
      const op = field(node, 'operator');
      if (!object || !name) return opaque(cx, node);
      return {
        kind: 'member',
        object: lowerExpr(cx, object),
        name: nodeText(cx, name),
        arrow: op !== undefined && nodeText(cx, op) === '->',
        ...span,
      };
    }
    case 'subscript_expression': {
      const object = field(node, 'argument');
      const index = field(node, 'index');
      return object && index
        ? { kind: 'index', object: lowerExpr(cx, object), index: lowerExpr(cx, index), ...span }
        : opaque(cx, node);
    }
    case 'sizeof_expression':
    case 'alignof_expression': {
      const type = field(node, 'type');
      const value = field(node, 'value');
      if (node.type === 'alignof_expression' && type)
        return { kind: 'offsetof', type: lowerTypeDescriptor(cx, type), member: '', ...span };
      if (type) return { kind: 'sizeof', type: lowerTypeDescriptor(cx, type), ...span };
      if (!value) return opaque(cx, node);
      const arg = lowerExpr(cx, value);
      return arg.kind === 'type' ? { kind: 'sizeof', type: arg.type, ...span } : { kind: 'sizeof', arg, ...span };
    }
    case 'offsetof_expression': {
      const type = field(node, 'type');
      const member = field(node, 'member');
      return type && member
        ? { kind: 'offsetof', type: lowerTypeDescriptor(cx, type), member: nodeText(cx, member), ...span }
        : opaque(cx, node);
    }
    case 'compound_literal_expression': {
      const type = field(node, 'type');
      const value = field(node, 'value');
      if (!type || value?.type !== 'initializer_list') return opaque(cx, node);
      const init = initList(cx, value);
      return { kind: 'compound', type: lowerTypeDescriptor(cx, type), init, ...span };
    }
    case 'initializer_list':
      return initList(cx, node);
    case 'compound_statement':
      return { kind: 'stmtexpr', body: lowerBlock(cx, node), ...span };
    case 'call_expression':
      return call(cx, node, span);
    case 'type_descriptor':
      return { kind: 'type', type: lowerTypeDescriptor(cx, node), ...span };
    case 'primitive_type':
    case 'sized_type_specifier':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      return { kind: 'type', type: lowerType(cx, node), ...span };
    default:
      return opaque(cx, node);
  }
}

/** Unreadable or unmodelled: the expressions inside that are readable become its parts. */
export function opaque(cx: Cx, node: SNode): Expr {
  const parts: Expr[] = [];
  collectParts(cx, node, parts);
  return { kind: 'opaque', text: rawText(cx, node), parts, ...spanOf(cx, node) };
}

/** Expressions directly inside of an unreadable node. */
export function collectParts(cx: Cx, node: SNode, out: Expr[]): void {
  for (const child of node.children) {
    if (out.length > 200) return;
    if (
      child.type === 'call_expression' ||
      child.type === 'assignment_expression' ||
      child.type === 'binary_expression' ||
      child.type === 'field_expression' ||
      child.type === 'subscript_expression' ||
      child.type === 'pointer_expression' ||
      child.type === 'unary_expression' ||
      child.type === 'update_expression' ||
      child.type === 'identifier' ||
      child.type === 'conditional_expression' ||
      child.type === 'cast_expression'
    )
      out.push(lowerExpr(cx, child));
    else collectParts(cx, child, out);
  }
}

type Loc = Span & FromMacro;

function identifier(cx: Cx, node: SNode, span: Loc): Expr {
  const note = cx.src.notes.get(node.start);
  if (note?.kind === 'type') return { kind: 'type', type: typeFromText(cx, note.text, node.start), ...span };
  if (note?.kind === 'stmt') return { kind: 'opaque', text: note.text, parts: [], ...span };
  const name = nodeText(cx, node);
  const macro = macroAt(cx, name, node.start);
  if (macro && macro.params === null && !isPlainLiteral(macro)) {
    const opened = openMacro(cx, 'expr', macro, node, undefined);
    const value = opened && fragmentExpr(opened.statements);
    if (opened && value) return lowerExpr(opened.cx, value);
  }
  return { kind: 'id', name, ...span };
}

function call(cx: Cx, node: SNode, span: Loc): Expr {
  const callee = field(node, 'function');
  const list = field(node, 'arguments');
  if (!callee || !list) return opaque(cx, node);
  if (callee.type === 'identifier') {
    const name = nodeText(cx, callee);
    const macro = macroAt(cx, name, callee.start);
    if (macro?.params) {
      const expanded = expandCall(cx, macro, node, list.start);
      if (expanded) return expanded;
    } else if (macro && /^[A-Za-z_]\w*$/.test(macro.body)) {
      // #define my_pin(…)-less alias of a function-like macro: my_pin → PIN → …
      const target = macroAt(cx, macro.body, callee.start);
      if (target?.params) {
        const expanded = expandCall(cx, target, node, list.start);
        if (expanded) return expanded;
      }
    }
    if (name === 'OFFSETOF' && cx.src.raw.startsWith('offsetof', callee.start)) {
      const first = list.children[0];
      const second = list.children[1];
      if (first && second) {
        const t = lowerExpr(cx, first);
        const type = t.kind === 'type' ? t.type : { kind: 'named' as const, name: nodeText(cx, first) };
        return { kind: 'offsetof', type, member: rawText(cx, second), ...span };
      }
    }
  }
  const args: Expr[] = [];
  for (const child of list.children) args.push(lowerExpr(cx, child));
  const at = spanOf(cx, list);
  const isUse = span.macro !== undefined && at.macro !== undefined;
  return {
    kind: 'call',
    callee: lowerExpr(cx, callee),
    args,
    argsStart: isUse ? at.start : at.start + 1,
    argsEnd: at.end,
    ...span,
  };
}

function expandCall(
  cx: Cx,
  macro: NonNullable<ReturnType<typeof macroAt>>,
  node: SNode,
  open: number,
): Expr | undefined {
  const opened = openMacro(cx, 'expr', macro, node, open);
  const value = opened && fragmentExpr(opened.statements);
  if (opened && value) return lowerExpr(opened.cx, value);
  // `do { … } while (0)` or several statements, used where a value is wanted only by form.
  const block = opened ?? openMacro(cx, 'stmt', macro, node, open);
  if (!block) return undefined;
  const again = opened ? openMacro(cx, 'stmt', macro, node, open) : block;
  if (!again) return undefined;
  const body = lowerStatements(again.cx, again.statements);
  const use = cx.src.origin(node.start, node.end);
  const span = { ...use, macro: use.macro ?? macro.name };
  return { kind: 'stmtexpr', body: { kind: 'block', body, ...span }, ...span };
}

/** `(x) - 1` reads like a cast of a negative number; a name that can't be a type makes it a difference. */
function cast(cx: Cx, node: SNode, span: Loc): Expr {
  const type = field(node, 'type');
  const value = field(node, 'value');
  if (!type || !value) return opaque(cx, node);
  const spec = field(type, 'type');
  if (spec?.type === 'type_identifier' && !field(type, 'declarator') && cx.src.notes.get(spec.start)?.kind !== 'type') {
    const name = nodeText(cx, spec);
    const op =
      value.type === 'unary_expression' || value.type === 'pointer_expression' ? field(value, 'operator') : undefined;
    const opText = op
      ? nodeText(cx, op)
      : value.type === 'number_literal'
        ? (/^[-+]/.exec(nodeText(cx, value))?.[0] ?? '')
        : '';
    if ((opText === '-' || opText === '+' || opText === '&' || opText === '*') && !looksLikeType(name)) {
      const left = identifier(cx, spec, spanOf(cx, spec));
      const argNode = op ? field(value, 'argument') : undefined;
      const right = argNode
        ? lowerExpr(cx, argNode)
        : number(nodeText(cx, value).slice(1), cx.src.origin(value.start + 1, value.end));
      if (left.kind !== 'type') return { kind: 'binary', op: opText, left, right, ...span };
    }
  }
  return { kind: 'cast', type: lowerTypeDescriptor(cx, type), arg: lowerExpr(cx, value), ...span };
}

/** `(u32) - 1` reads like a difference; by the name's looks it is a cast. */
function parenthesizedType(cx: Cx, left: SNode, op: string): SNode | undefined {
  if (left.type !== 'parenthesized_expression' || (op !== '-' && op !== '+' && op !== '&' && op !== '*'))
    return undefined;
  const inner = left.children[0];
  return inner?.type === 'identifier' && left.children.length === 1 && looksLikeType(nodeText(cx, inner))
    ? inner
    : undefined;
}

function looksLikeType(name: string): boolean {
  return /_t$|^(?:__)?[us](?:8|16|32|64)$|^__[lb]e\d+$|^u?(?:int|long|short|char)$|^(?:U?INT|U?LONG|DWORD|WORD|BYTE|BOOL|[US]\d+)\w*$/.test(
    name,
  );
}

function initList(cx: Cx, node: SNode): Expr & { kind: 'init' } {
  const items: InitItem[] = [];
  for (const child of node.children) {
    if (child.type !== 'initializer_pair') {
      items.push({ designators: [], value: lowerExpr(cx, child) });
      continue;
    }
    const designators: InitItem['designators'][number][] = [];
    for (const d of child.children) {
      if (d.field !== 'designator') continue;
      if (d.type === 'field_designator')
        designators.push({ field: nodeText(cx, d.children[0] ?? d).replace(/^\./, '') });
      else if (d.type === 'field_identifier') designators.push({ field: nodeText(cx, d) });
      else if (d.type === 'subscript_designator' && d.children[0])
        designators.push({ index: lowerExpr(cx, d.children[0]) });
      else if (d.type === 'subscript_range_designator') {
        const from = field(d, 'start');
        const to = field(d, 'end');
        if (from && to) designators.push({ index: lowerExpr(cx, from), to: lowerExpr(cx, to) });
      }
    }
    const value = field(child, 'value');
    if (value) items.push({ designators, value: lowerExpr(cx, value) });
  }
  return { kind: 'init', items, ...spanOf(cx, node) };
}

function number(text: string, span: Loc): Expr {
  const digits = text.replace(/'/g, '');
  const m = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|\d+)[uUlLwWzZ]*$/.exec(digits);
  if (m) {
    const body = m[2]!;
    let value = /^0[0-7]+$/.test(body) ? BigInt(`0o${body.slice(1)}`) : /^0\d/.test(body) ? 0n : BigInt(body);
    if (m[1] === '-') value = -value;
    return { kind: 'num', value, text, ...span };
  }
  const float = Number.parseFloat(digits);
  return { kind: 'num', value: 0n, text, float: Number.isNaN(float) ? 0 : float, ...span };
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b' };

function unescape(text: string): string {
  const open = text.indexOf('"');
  const inner = text.slice(open + 1, text.endsWith('"') ? -1 : undefined);
  if (!inner.includes('\\')) return inner;
  return inner.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]+)|(\r?\n)|([^]))/g,
    (_, oct: string | undefined, hex: string | undefined, nl: string | undefined, c: string | undefined) => {
      if (oct !== undefined) return String.fromCharCode(Number.parseInt(oct, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex.slice(-4), 16));
      if (nl !== undefined) return '';
      return ESCAPES[c!] ?? c!;
    },
  );
}

function charValue(text: string): bigint {
  const inner = unescape(
    `"${text
      .replace(/^[LuU]*8?'/, '')
      .replace(/'$/, '')
      .replace(/"/g, '\\"')}"`,
  );
  return BigInt(inner.length > 0 ? inner.charCodeAt(0) : 0);
}
