/** A graph as text, one node a line: `3 branch ret < 0 → true 4, false 6`. For tests and debugging. */
import type { Span } from './ast.ts';
import type { Cfg, CfgNode, EdgeLabel } from './cfg.ts';
import { exprText } from './text.ts';

/** Prints a graph; `text` is the file. */
export function formatCfg(cfg: Cfg, text: string): string {
  return cfg.nodes
    .map((n) => {
      const edges = n.succs.map((e) => `${labelText(e.label, text)}${e.back ? '^' : ''}${e.to}`);
      return `${n.id} ${nodeLabel(n, text)}${edges.length > 0 ? ` -> ${edges.join(', ')}` : ''}`;
    })
    .join('\n');
}

function labelText(label: EdgeLabel, text: string): string {
  switch (label.kind) {
    case 'next':
      return '';
    case 'true':
    case 'false':
      return `${label.kind} `;
    case 'case':
      return `case ${exprText(label.value, text)}${label.to ? `...${exprText(label.to, text)}` : ''} `;
    case 'default':
      return 'default ';
    case 'choice':
      return label.condition === null ? '#else ' : `#if ${label.condition} `;
  }
}

function nodeLabel(n: CfgNode, text: string): string {
  const what = n.what;
  switch (what.kind) {
    case 'expr':
      return exprText(what.expr, text);
    case 'decl':
      return what.decl.init ? `decl ${what.decl.name} = ${exprText(what.decl.init, text)}` : `decl ${what.decl.name}`;
    case 'branch':
      return `${what.loop ?? 'if'} ${exprText(what.test, text)}`;
    case 'foreach':
      return `${what.name}(${what.args.map((a) => exprText(a, text)).join(', ')})`;
    case 'switch':
      return `switch ${exprText(what.value, text)}`;
    case 'return':
      return what.value ? `return ${exprText(what.value, text)}` : 'return';
    case 'guard':
    case 'leave':
      return `${what.kind} ${what.guard.className}`;
    case 'cleanup':
      return `cleanup ${what.decl.name} ${what.decl.cleanup ?? ''}`.trimEnd();
    case 'label':
      return `${what.name}:`;
    case 'opaque':
      return `opaque ${oneLine(text, n.span)}`;
    default:
      return what.kind;
  }
}

function oneLine(text: string, span: Span): string {
  return text.slice(span.start, span.end).replace(/\s+/g, ' ').slice(0, 40);
}
