/** Statement-level control-flow graph of one function. Built by `buildCfg`; types first. */
import type { Declarator, Expr, GuardStmt, Span } from './ast.ts';

export type EdgeLabel =
  | { readonly kind: 'next' }
  /** Outcome of the branch node's condition. */
  | { readonly kind: 'true' | 'false' }
  /** A switch edge: the case's value(s); default carries every value that it excludes. */
  | { readonly kind: 'case'; readonly value: Expr; readonly to?: Expr }
  | { readonly kind: 'default'; readonly excluded: readonly Expr[] }
  /** Which side of an unknown preprocessor condition. */
  | { readonly kind: 'choice'; readonly condition: string | null };

export interface Edge {
  readonly to: number;
  readonly label: EdgeLabel;
  /** A jump back to a loop head. */
  readonly back: boolean;
}

/**
 * One node is one evaluation step. Conditions are split at && || ! so that a `branch` condition is atomic;
 * statement expressions are flattened into nodes before the node that uses them (their value in a `$n` temporary,
 * an IdExpr of that name).
 */
export type NodeKind =
  | { readonly kind: 'entry' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'decl'; readonly decl: Declarator }
  | {
      readonly kind: 'branch';
      readonly test: Expr;
      /** the loop this test controls, if any */ readonly loop?: 'while' | 'do' | 'for';
    }
  /** Head of a foreach macro: edge true = one more round, false = done. */
  | { readonly kind: 'foreach'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'switch'; readonly value: Expr }
  | { readonly kind: 'choice' }
  | { readonly kind: 'return'; readonly value?: Expr }
  /** guard()/scoped_guard() taken; `leave` is its release on each way out of the scope. */
  | { readonly kind: 'guard'; readonly guard: GuardStmt }
  | { readonly kind: 'leave'; readonly guard: GuardStmt }
  /** cleanup attribute runs as its variable leaves scope. */
  | { readonly kind: 'cleanup'; readonly decl: Declarator }
  | { readonly kind: 'label'; readonly name: string }
  /** Unreadable code: assume nothing about what it does. */
  | { readonly kind: 'opaque'; readonly parts: readonly Expr[] };

export interface CfgNode {
  readonly id: number;
  readonly span: Span;
  readonly what: NodeKind;
  readonly succs: readonly Edge[];
}

/** Node 0 is the entry; `exit` is the only node without successors. Nodes are in source order. */
export interface Cfg {
  readonly nodes: readonly CfgNode[];
  readonly exit: number;
}

export { buildCfg, type CfgOptions } from './cfg-build.ts';
