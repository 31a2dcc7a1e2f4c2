/** Declarations: locals, globals, typedefs. */
import { countBefore } from '../search.ts';
import type { Declarator } from './ast.ts';
import { lowerExpr } from './expressions.ts';
import type { SNode } from './parser.ts';
import { type Cx, field, nodeText, spanOf } from './source.ts';
import { applyDeclarator, lowerType } from './types.ts';

/** The declarators of a `declaration` or `type_definition`. */
export function lowerDeclaration(cx: Cx, node: SNode): Declarator[] {
  const spec = field(node, 'type');
  const base = spec ? lowerType(cx, spec) : ({ kind: 'base', name: 'int' } as const);
  let isStatic = false;
  let isExtern = false;
  for (const child of node.children) {
    if (child.type !== 'storage_class_specifier') continue;
    const word = nodeText(cx, child);
    if (word === 'static') isStatic = true;
    else if (word === 'extern') isExtern = true;
  }
  const isTypedef = node.type === 'type_definition';
  const nodes = node.children.filter((c) => c.field === 'declarator');
  const out: Declarator[] = [];
  nodes.forEach((child, i) => {
    const init = child.type === 'init_declarator' ? field(child, 'value') : undefined;
    const target = child.type === 'init_declarator' ? (field(child, 'declarator') ?? child) : child;
    const d = applyDeclarator(cx, target, base);
    if (d.name === null || !d.nameNode) return;
    const next = nodes[i + 1];
    const cleanup = cleanupIn(cx, i === 0 ? node.start : child.start, next ? next.start : node.end);
    const at = spanOf(cx, child);
    const nameAt = spanOf(cx, d.nameNode);
    out.push({
      start: at.start,
      end: at.end,
      name: d.name,
      nameSpan: { start: nameAt.start, end: nameAt.end },
      type: d.type,
      ...(init ? { init: lowerExpr(cx, init) } : {}),
      ...(cleanup !== undefined ? { cleanup } : {}),
      isStatic,
      isExtern,
      isTypedef,
    });
  });
  return out;
}

function cleanupIn(cx: Cx, start: number, end: number): string | undefined {
  const notes = cx.src.cleanups;
  if (notes.length === 0) return undefined;
  const note = notes[countBefore(notes.length, (i) => notes[i]!.at < start)];
  return note && note.at < end ? note.value : undefined;
}
