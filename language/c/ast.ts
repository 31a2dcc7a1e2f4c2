/**
 * The C tree that everything above the parser sees: plain objects, no parser handles, so that a function can be
 * cached, analysed, compiled to bytecode and sent to a worker. Offsets are UTF-16 indices into the *original* text
 * of the file (masking and preprocessing never move a character). A node that came out of a macro's body has the
 * range of the macro's use, and `macro` names it; a node that came from a macro argument keeps its own range.
 */

/** Half-open range of UTF-16 offsets in the original text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Set on nodes that stem from the body of an expanded macro. */
export interface FromMacro {
  /** Name of the outermost macro whose use stands at this node's span. */
  readonly macro?: string;
}

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '&&'
  | '||'
  | ',';
export type AssignOp = '=' | '+=' | '-=' | '*=' | '/=' | '%=' | '<<=' | '>>=' | '&=' | '|=' | '^=';

export interface IdExpr extends Span, FromMacro {
  readonly kind: 'id';
  readonly name: string;
}
export interface NumExpr extends Span, FromMacro {
  readonly kind: 'num';
  readonly value: bigint;
  /** As written: suffixes and base matter to the snippet machine. Floats have value 0n and `float`. */
  readonly text: string;
  readonly float?: number;
}
export interface StrExpr extends Span, FromMacro {
  readonly kind: 'str';
  readonly value: string;
}
export interface CallExpr extends Span, FromMacro {
  readonly kind: 'call';
  readonly callee: Expr;
  /** A type argument (container_of(p, struct x, m), va_arg) is a TypeExpr. */
  readonly args: readonly Expr[];
  /** Just behind the closing parenthesis's position: where an argument can be appended is `argsEnd - 1`. */
  readonly argsStart: number;
  readonly argsEnd: number;
}
export interface UnaryExpr extends Span, FromMacro {
  readonly kind: 'unary';
  readonly op: '-' | '+' | '!' | '~' | '&' | '*';
  readonly arg: Expr;
}
export interface UpdateExpr extends Span, FromMacro {
  readonly kind: 'update';
  readonly op: '++' | '--';
  readonly prefix: boolean;
  readonly arg: Expr;
}
export interface BinaryExpr extends Span, FromMacro {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}
export interface AssignExpr extends Span, FromMacro {
  readonly kind: 'assign';
  readonly op: AssignOp;
  readonly left: Expr;
  readonly right: Expr;
}
export interface CondExpr extends Span, FromMacro {
  readonly kind: 'cond';
  readonly test: Expr;
  /** Absent in GNU `a ?: b`. */ readonly then?: Expr;
  readonly else: Expr;
}
export interface MemberExpr extends Span, FromMacro {
  readonly kind: 'member';
  readonly object: Expr;
  readonly name: string;
  readonly arrow: boolean;
}
export interface IndexExpr extends Span, FromMacro {
  readonly kind: 'index';
  readonly object: Expr;
  readonly index: Expr;
}
export interface CastExpr extends Span, FromMacro {
  readonly kind: 'cast';
  readonly type: CType;
  readonly arg: Expr;
}
export interface SizeofExpr extends Span, FromMacro {
  readonly kind: 'sizeof';
  readonly type?: CType;
  readonly arg?: Expr;
}
/** offsetof(T, m.n), __alignof__ and the like: type and an unevaluated member designator. */
export interface OffsetofExpr extends Span, FromMacro {
  readonly kind: 'offsetof';
  readonly type: CType;
  readonly member: string;
}
export interface StmtExpr extends Span, FromMacro {
  readonly kind: 'stmtexpr';
  readonly body: BlockStmt;
}
export interface CompoundLiteralExpr extends Span, FromMacro {
  readonly kind: 'compound';
  readonly type: CType;
  readonly init: InitListExpr;
}
export interface InitItem {
  readonly designators: readonly ({ readonly field: string } | { readonly index: Expr; readonly to?: Expr })[];
  readonly value: Expr;
}
export interface InitListExpr extends Span, FromMacro {
  readonly kind: 'init';
  readonly items: readonly InitItem[];
}
export interface TypeExpr extends Span, FromMacro {
  readonly kind: 'type';
  readonly type: CType;
}
/** What the parser could not read (syntax error) or the front end does not model (asm goto, _Generic). */
export interface OpaqueExpr extends Span, FromMacro {
  readonly kind: 'opaque';
  readonly text: string;
  /** Sub-expressions that were recognised all the same. */ readonly parts: readonly Expr[];
}

export type Expr =
  | IdExpr
  | NumExpr
  | StrExpr
  | CallExpr
  | UnaryExpr
  | UpdateExpr
  | BinaryExpr
  | AssignExpr
  | CondExpr
  | MemberExpr
  | IndexExpr
  | CastExpr
  | SizeofExpr
  | OffsetofExpr
  | StmtExpr
  | CompoundLiteralExpr
  | InitListExpr
  | TypeExpr
  | OpaqueExpr;

export type CType =
  | {
      readonly kind: 'base';
      /** Canonical: 'void', 'bool', 'char', 'signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned int', 'long', 'unsigned long', 'long long', 'unsigned long long', 'float', 'double', 'long double', '__int128', 'unsigned __int128'. */ readonly name: string;
    }
  | { readonly kind: 'named'; readonly name: string }
  | {
      readonly kind: 'record';
      readonly tag: 'struct' | 'union';
      /** null when anonymous; then `def` is set. */ readonly name: string | null;
      readonly def?: RecordDef;
    }
  | {
      readonly kind: 'enum';
      readonly name: string | null;
      /** Set by the exact reader where the enumerators stand in the type. */ readonly def?: EnumDef;
    }
  | { readonly kind: 'pointer'; readonly to: CType }
  | { readonly kind: 'array'; readonly of: CType; readonly size: Expr | null }
  | {
      readonly kind: 'function';
      readonly returns: CType;
      readonly params: readonly Param[];
      readonly variadic: boolean;
    }
  | { readonly kind: 'typeof'; readonly expr: Expr };

export interface Param extends Span {
  readonly name: string | null;
  readonly type: CType;
}
export interface FieldDef extends Span {
  /** null for an anonymous struct/union member or unnamed bit-field. */ readonly name: string | null;
  readonly type: CType;
  readonly bits?: Expr;
  /** Argument of an aligned attribute (exact reader only). */ readonly aligned?: Expr;
}
export interface RecordDef extends Span {
  readonly tag: 'struct' | 'union';
  readonly name: string | null;
  readonly fields: readonly FieldDef[];
  readonly packed: boolean;
  /** Argument of an aligned attribute (exact reader only). */ readonly aligned?: Expr;
}
export interface EnumDef extends Span {
  readonly name: string | null;
  readonly items: readonly { readonly name: string; readonly value: Expr | null; readonly span: Span }[];
}

export interface Declarator extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: CType;
  readonly init?: Expr;
  /** Argument of __attribute__((cleanup(f))) / __cleanup(f) / __free(name) (then 'free:name'). */
  readonly cleanup?: string;
  readonly isStatic: boolean;
  readonly isExtern: boolean;
  readonly isTypedef: boolean;
}

export interface BlockStmt extends Span, FromMacro {
  readonly kind: 'block';
  readonly body: readonly Stmt[];
}
export interface DeclStmt extends Span, FromMacro {
  readonly kind: 'decl';
  readonly decls: readonly Declarator[];
}
export interface ExprStmt extends Span, FromMacro {
  readonly kind: 'expr';
  readonly expr: Expr;
}
export interface EmptyStmt extends Span, FromMacro {
  readonly kind: 'empty';
}
export interface IfStmt extends Span, FromMacro {
  readonly kind: 'if';
  readonly test: Expr;
  readonly then: Stmt;
  readonly else?: Stmt;
}
export interface WhileStmt extends Span, FromMacro {
  readonly kind: 'while';
  readonly test: Expr;
  readonly body: Stmt;
}
export interface DoStmt extends Span, FromMacro {
  readonly kind: 'do';
  readonly test: Expr;
  readonly body: Stmt;
}
export interface ForStmt extends Span, FromMacro {
  readonly kind: 'for';
  readonly init?: Stmt;
  readonly test?: Expr;
  readonly update?: Expr;
  readonly body: Stmt;
}
/** list_for_each_entry(a, b, c) { … } and every other loop macro: runs zero or more times. */
export interface ForeachStmt extends Span, FromMacro {
  readonly kind: 'foreach';
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Expr[];
  readonly body: Stmt;
}
/** scoped_guard(class, args) { … } / scoped_cond_guard; plain guard(class)(args); is a `guard` with no body that holds to the end of its block. */
export interface GuardStmt extends Span, FromMacro {
  readonly kind: 'guard';
  readonly name: string;
  readonly className: string;
  readonly args: readonly Expr[];
  readonly body?: Stmt;
  /** scoped_cond_guard's failure statement */ readonly fail?: Stmt;
}
export interface SwitchStmt extends Span, FromMacro {
  readonly kind: 'switch';
  readonly value: Expr;
  readonly body: Stmt;
}
/** `case a:` / `case a ... b:` / `default:` (no value); the statements behind it are its siblings in the switch's block. */
export interface CaseStmt extends Span, FromMacro {
  readonly kind: 'case';
  readonly value?: Expr;
  readonly to?: Expr;
}
export interface LabelStmt extends Span, FromMacro {
  readonly kind: 'label';
  readonly name: string;
}
export interface GotoStmt extends Span, FromMacro {
  readonly kind: 'goto';
  readonly label: string | null; /** null: computed goto */
  /** Where a computed goto goes (exact reader only). */ readonly value?: Expr;
}
export interface ReturnStmt extends Span, FromMacro {
  readonly kind: 'return';
  readonly value?: Expr;
}
export interface BreakStmt extends Span, FromMacro {
  readonly kind: 'break';
}
export interface ContinueStmt extends Span, FromMacro {
  readonly kind: 'continue';
}
/** A preprocessor conditional whose value the target does not fix: one of the branches, chosen by the condition's text (the same text, the same choice). */
export interface ChoiceStmt extends Span, FromMacro {
  readonly kind: 'choice';
  readonly branches: readonly {
    /** Normalised condition; null for #else. */ readonly condition: string | null;
    readonly body: readonly Stmt[];
  }[];
}
export interface OpaqueStmt extends Span, FromMacro {
  readonly kind: 'opaque';
  readonly text: string;
  readonly parts: readonly Expr[];
}

export type Stmt =
  | BlockStmt
  | DeclStmt
  | ExprStmt
  | EmptyStmt
  | IfStmt
  | WhileStmt
  | DoStmt
  | ForStmt
  | ForeachStmt
  | GuardStmt
  | SwitchStmt
  | CaseStmt
  | LabelStmt
  | GotoStmt
  | ReturnStmt
  | BreakStmt
  | ContinueStmt
  | ChoiceStmt
  | OpaqueStmt;
