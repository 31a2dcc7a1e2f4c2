/** Type specifiers, declarators, records and enums. */
import type { CType, EnumDef, FieldDef, Param, RecordDef, Span } from './ast.ts';
import { lowerExpr } from './expressions.ts';
import { macroAt, openAgain, openMacro } from './fragments.ts';
import type { SNode } from './parser.ts';
import { type Cx, field, nodeText, spanOf } from './source.ts';

const INT: CType = { kind: 'base', name: 'int' };

/** Canonical name of a built-in type's words, e.g. `long unsigned int`. */
export function baseType(text: string): CType | undefined {
  const words = text.trim().split(/\s+/);
  let sign = '';
  let longs = 0;
  let core = '';
  for (const w of words) {
    if (w === 'unsigned' || w === 'signed' || w === '__signed__') sign = w === 'unsigned' ? 'unsigned' : 'signed';
    else if (w === 'long') longs++;
    else if (
      w === 'short' ||
      w === 'int' ||
      w === 'char' ||
      w === 'float' ||
      w === 'double' ||
      w === 'void' ||
      w === '__int128'
    )
      core = core === 'short' ? core : w;
    else if (w === 'bool' || w === '_Bool') core = 'bool';
    else if (w !== 'const' && w !== 'volatile') return undefined;
  }
  if (core === 'bool' || core === 'void' || core === 'float') return { kind: 'base', name: core };
  if (core === 'double') return { kind: 'base', name: longs > 0 ? 'long double' : 'double' };
  if (core === 'char') return { kind: 'base', name: sign === '' ? 'char' : `${sign} char` };
  const size =
    core === 'short'
      ? 'short'
      : core === '__int128'
        ? '__int128'
        : longs === 0
          ? 'int'
          : longs === 1
            ? 'long'
            : 'long long';
  return { kind: 'base', name: sign === 'unsigned' ? `unsigned ${size}` : size };
}

/** A type given as text: `struct page *`, `unsigned int`, `typeof(*p)`; `at` is its offset in the context's text. */
export function typeFromText(cx: Cx, text: string, at: number): CType {
  const typeOf = /^(?:typeof|__typeof__|__typeof|typeof_unqual|__typeof_unqual__)\s*\(([^]*)\)$/.exec(text);
  if (typeOf) {
    const inner = typeOf[1]!;
    const offset = at + text.indexOf('(') + 1;
    if (!/^\s*(?:const\s+)?(?:struct|union|enum|unsigned|signed|long|short|int|char|void)\b[^()]*$/.test(inner)) {
      const opened = openAgain(cx, 'expr', offset, inner);
      const value = opened && fragmentExpr(opened.statements);
      if (opened && value) return { kind: 'typeof', expr: lowerExpr(opened.cx, value) };
      return {
        kind: 'typeof',
        expr: { kind: 'opaque', text: inner, parts: [], ...cx.src.origin(at, at + text.length) },
      };
    }
    return typeFromText(cx, inner.trim(), offset);
  }
  const simple = /^(?:(?:const|volatile)\s+)*((?:struct|union|enum)\s+\w+|[\w ]+?)\s*((?:\*|const\b|\s)*)$/.exec(
    text.trim(),
  );
  if (simple) {
    const core = simple[1]!;
    const tagged = /^(struct|union|enum)\s+(\w+)$/.exec(core);
    let type: CType = tagged
      ? tagged[1] === 'enum'
        ? { kind: 'enum', name: tagged[2]! }
        : { kind: 'record', tag: tagged[1] as 'struct' | 'union', name: tagged[2]! }
      : ((/^(?:unsigned|signed|long|short|int|char|float|double|void|bool|_Bool|__int128|\s)+$/.test(core)
          ? baseType(core)
          : undefined) ?? { kind: 'named', name: core });
    for (const c of simple[2]!) if (c === '*') type = { kind: 'pointer', to: type };
    return type;
  }
  return { kind: 'named', name: text.trim() };
}

/** The node of the value in a fragment opened as `expr`. */
export function fragmentExpr(statements: readonly SNode[]): SNode | undefined {
  const real = statements.filter((s, i) => i === 0 || s.type !== 'expression_statement' || s.children.length > 0);
  if (real.length !== 1 || real[0]!.type !== 'expression_statement') return undefined;
  let e = real[0]!.children[0];
  // `x=A, B` is (x=A), B.
  if (e?.type === 'comma_expression') return undefined;
  if (e?.type !== 'assignment_expression') return undefined;
  e = field(e, 'right');
  return e;
}

/** Type named by a `type` field. */
export function lowerType(cx: Cx, node: SNode): CType {
  switch (node.type) {
    case 'primitive_type':
    case 'sized_type_specifier': {
      const text = nodeText(cx, node);
      return baseType(text) ?? { kind: 'named', name: text };
    }
    case 'type_identifier':
    case 'identifier': {
      const note = cx.src.notes.get(node.start);
      if (note?.kind === 'type') return typeFromText(cx, note.text, node.start);
      const name = nodeText(cx, node);
      const macro = macroAt(cx, name, node.start);
      if (macro && macro.params === null && macro.body !== '') {
        const opened = openMacro(cx, 'type', macro, node, undefined);
        const found = opened && findType(opened.statements);
        if (opened && found) return lowerTypeDescriptor(opened.cx, found);
        const base = baseType(macro.body);
        if (base) return base;
      }
      return { kind: 'named', name };
    }
    case 'struct_specifier':
    case 'union_specifier': {
      const name = field(node, 'name');
      const body = field(node, 'body');
      const tag = node.type === 'union_specifier' ? 'union' : 'struct';
      const type = {
        kind: 'record' as const,
        tag: tag as 'struct' | 'union',
        name: name ? recordName(cx, name) : null,
      };
      return body ? { ...type, def: lowerRecord(cx, node) } : type;
    }
    case 'enum_specifier': {
      const name = field(node, 'name');
      return { kind: 'enum', name: name ? nodeText(cx, name) : null };
    }
    case 'macro_type_specifier':
      return { kind: 'named', name: nodeText(cx, node.children[0] ?? node) };
    default:
      return { kind: 'named', name: nodeText(cx, node) };
  }
}

function recordName(cx: Cx, node: SNode): string {
  const name = nodeText(cx, node);
  const macro = macroAt(cx, name, node.start);
  return macro && macro.params === null && /^\w+$/.test(macro.body) ? macro.body : name;
}

function findType(statements: readonly SNode[]): SNode | undefined {
  const assign = statements[0]?.children[0];
  const size = assign && field(assign, 'right');
  if (size?.type !== 'sizeof_expression') return undefined;
  return field(size, 'type');
}

/** `type_descriptor`: a type with an abstract declarator. */
export function lowerTypeDescriptor(cx: Cx, node: SNode): CType {
  const spec = field(node, 'type');
  const base = spec ? lowerType(cx, spec) : INT;
  const declarator = field(node, 'declarator');
  return declarator ? applyDeclarator(cx, declarator, base).type : base;
}

/** What a declarator declares. */
export interface Declared {
  readonly name: string | null;
  readonly nameNode: SNode | undefined;
  readonly type: CType;
  /** The declarator of the outermost function, for its parameters. */
  readonly parameters: SNode | undefined;
}

/** Reads a declarator inside out. */
export function applyDeclarator(cx: Cx, node: SNode, base: CType): Declared {
  let type = base;
  let at: SNode | undefined = node;
  let parameters: SNode | undefined;
  for (let guard = 0; at && guard < 100; guard++) {
    switch (at.type) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: nodeText(cx, at), nameNode: at, type, parameters };
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        type = { kind: 'pointer', to: type };
        break;
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const size = field(at, 'size');
        type = { kind: 'array', of: type, size: size ? lowerExpr(cx, size) : null };
        break;
      }
      case 'function_declarator':
      case 'abstract_function_declarator': {
        const list = field(at, 'parameters');
        if (list) parameters = list;
        const { params, variadic } = list ? lowerParams(cx, list) : { params: [], variadic: false };
        type = { kind: 'function', returns: type, params, variadic };
        break;
      }
      default: // parenthesized, attributed, init
    }
    const next: SNode | undefined = field(at, 'declarator') ?? at.children.find((c) => isDeclarator(c));
    at = next;
  }
  return { name: null, nameNode: undefined, type, parameters };
}

/** Is this node a declarator of any kind? */
export function isDeclarator(node: SNode): boolean {
  return (
    node.type.endsWith('declarator') ||
    node.type === 'identifier' ||
    node.type === 'field_identifier' ||
    node.type === 'type_identifier'
  );
}

/** A parameter list; `(void)` is empty. */
export function lowerParams(cx: Cx, list: SNode): { readonly params: readonly Param[]; readonly variadic: boolean } {
  const params: Param[] = [];
  let variadic = false;
  for (const child of list.children) {
    if (child.type === 'variadic_parameter') variadic = true;
    else if (child.type === 'identifier') params.push(at(spanOf(cx, child), nodeText(cx, child), INT));
    else if (child.type === 'parameter_declaration') {
      const spec = field(child, 'type');
      const base = spec ? lowerType(cx, spec) : INT;
      const declarator = field(child, 'declarator');
      const d = declarator ? applyDeclarator(cx, declarator, base) : { name: null, type: base };
      if (d.name === null && d.type.kind === 'base' && d.type.name === 'void') continue;
      params.push(at(spanOf(cx, child), d.name, d.type));
    }
  }
  return { params, variadic };
}

function plain(span: Span): Span {
  return { start: span.start, end: span.end };
}

/** A parameter or a field. Written out: V8 takes a microsecond for a spread that properties are added to. */
const at = <N>({ start, end }: Span, name: N, type: CType): Span & { readonly name: N; readonly type: CType } => ({
  start,
  end,
  name,
  type,
});

/** A struct or union with a body. */
export function lowerRecord(cx: Cx, node: SNode): RecordDef {
  const name = field(node, 'name');
  const body = field(node, 'body');
  const fields: FieldDef[] = [];
  if (body) fieldsOf(cx, body.children, fields);
  const tail = cx.src.raw.slice(body?.end ?? node.end, (body?.end ?? node.end) + 60).split(';')[0] ?? '';
  const head = cx.src.raw.slice(node.start, body?.start ?? node.end);
  const { start, end } = spanOf(cx, node);
  return {
    start,
    end,
    tag: node.type === 'union_specifier' ? 'union' : 'struct',
    name: name ? recordName(cx, name) : null,
    fields,
    packed: /\b(?:__packed|__packed__|packed)\b/.test(tail) || /\b(?:__packed|__packed__|packed)\b/.test(head),
  };
}

function fieldsOf(cx: Cx, nodes: readonly SNode[], out: FieldDef[]): void {
  for (const node of nodes) {
    if (node.type !== 'field_declaration') continue;
    const spec = field(node, 'type');
    const base = spec ? lowerType(cx, spec) : INT;
    let any = false;
    for (let i = 0; i < node.children.length; i++) {
      const child = node.children[i]!;
      if (child.field !== 'declarator') continue;
      any = true;
      const d = applyDeclarator(cx, child, base);
      const next = node.children[i + 1];
      const bits = next?.type === 'bitfield_clause' && next.children[0] ? lowerExpr(cx, next.children[0]) : undefined;
      const { start, end } = spanOf(cx, d.nameNode ?? child);
      out.push(bits ? { start, end, name: d.name, type: d.type, bits } : at({ start, end }, d.name, d.type));
    }
    if (any) continue;
    const bitfield = node.children.find((c) => c.type === 'bitfield_clause')?.children[0];
    const { start, end } = spanOf(cx, node);
    out.push(
      bitfield ? { start, end, name: null, type: base, bits: lowerExpr(cx, bitfield) } : at({ start, end }, null, base),
    );
  }
}

/** An enum with a body. */
export function lowerEnum(cx: Cx, node: SNode): EnumDef {
  const name = field(node, 'name');
  const items: EnumDef['items'][number][] = [];
  for (const child of field(node, 'body')?.children ?? []) {
    const id = child.type === 'enumerator' ? field(child, 'name') : undefined;
    if (!id) continue;
    const value = field(child, 'value');
    items.push({ name: nodeText(cx, id), value: value ? lowerExpr(cx, value) : null, span: plain(spanOf(cx, child)) });
  }
  const { start, end } = spanOf(cx, node);
  return { start, end, name: name ? nodeText(cx, name) : null, items };
}
