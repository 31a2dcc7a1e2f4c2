/** Best-effort static types of expressions. */
import type { CType, Expr, RecordDef, Stmt } from './ast.ts';
import type { FunctionDef, TranslationUnit } from './unit.ts';
import { walkStmt } from './walk.ts';

/** Where names are looked up. */
export interface TypeScope {
  /** Locals and parameters. */
  readonly locals: ReadonlyMap<string, CType>;
  readonly unit: Pick<TranslationUnit, 'records' | 'typedefs' | 'globals' | 'functions'>;
  /** Return types of functions that the unit does not define. */
  readonly returns?: (name: string) => CType | undefined;
}

const scopes = new WeakMap<object, ReadonlyMap<string, CType>>();
const globals = new WeakMap<object, ReadonlyMap<string, CType>>();
const INT: CType = { kind: 'base', name: 'int' };

/** Types of a function's parameters and locals by name (of equal names, the first). */
export function localTypes(fn: FunctionDef): ReadonlyMap<string, CType> {
  const cached = scopes.get(fn);
  if (cached) return cached;
  const types = new Map<string, CType>();
  for (const p of fn.params) if (p.name !== null) types.set(p.name, p.type);
  walkStmt(fn.body(), {
    stmt: (s: Stmt) => {
      if (s.kind === 'decl') for (const d of s.decls) if (!d.isTypedef && !types.has(d.name)) types.set(d.name, d.type);
    },
  });
  scopes.set(fn, types);
  return types;
}

/** Scope of a function in its unit. */
export function scopeOf(fn: FunctionDef, unit: TranslationUnit): TypeScope {
  return { locals: localTypes(fn), unit };
}

/** Follows typedefs and typeof to what the type is. */
export function resolveType(type: CType | undefined, scope: TypeScope): CType | undefined {
  let t = type;
  for (let guard = 0; t && guard < 30; guard++) {
    if (t.kind === 'named') {
      const target: CType | undefined = scope.unit.typedefs.get(t.name);
      if (!target) return t;
      t = target;
    } else if (t.kind === 'typeof') t = typeOfExpr(t.expr, scope, guard + 1);
    else return t;
  }
  return t;
}

/** Tag of the struct that something is, points to or is an array of, or the name of a type that nothing defines; undefined: neither. */
export function recordNameOf(type: CType | undefined, unit: TypeScope['unit']): string | undefined {
  let t = type;
  for (let i = 0; i < 8 && t; i++) {
    if (t.kind === 'pointer') t = t.to;
    else if (t.kind === 'array') t = t.of;
    else if (t.kind === 'named') {
      const target: CType | undefined = unit.typedefs.get(t.name);
      if (!target) return t.name;
      t = target;
    } else break;
  }
  return t?.kind === 'record' ? (t.name ?? undefined) : undefined;
}

/** The record behind a type (not behind a pointer), if its definition is known. */
export function recordOf(type: CType | undefined, scope: TypeScope): RecordDef | undefined {
  const t = resolveType(type, scope);
  if (t?.kind !== 'record') return undefined;
  return t.def ?? (t.name !== null ? scope.unit.records.get(t.name) : undefined);
}

/** Type of a record's field; fields of anonymous members are found too. */
export function fieldType(record: RecordDef, name: string, scope: TypeScope, depth = 0): CType | undefined {
  for (const f of record.fields) {
    if (f.name === name) return f.type;
    if (f.name === null && depth < 10) {
      const inner = recordOf(f.type, scope);
      const found = inner && fieldType(inner, name, scope, depth + 1);
      if (found) return found;
    }
  }
  return undefined;
}

function globalTypes(unit: TypeScope['unit']): ReadonlyMap<string, CType> {
  const cached = globals.get(unit.globals);
  if (cached) return cached;
  const types = new Map<string, CType>();
  for (const g of unit.globals) types.set(g.name, g.type);
  globals.set(unit.globals, types);
  return types;
}

/** Static type of an expression, as far as it can be told. */
export function typeOfExpr(e: Expr, scope: TypeScope, depth = 0): CType | undefined {
  if (depth > 60) return undefined;
  const of = (x: Expr): CType | undefined => typeOfExpr(x, scope, depth + 1);
  switch (e.kind) {
    case 'id': {
      const t = scope.locals.get(e.name) ?? globalTypes(scope.unit).get(e.name);
      return t;
    }
    case 'num':
      return e.float !== undefined
        ? { kind: 'base', name: 'double' }
        : {
            kind: 'base',
            name: /[uU]/.test(e.text)
              ? /[lL]/.test(e.text)
                ? 'unsigned long'
                : 'unsigned int'
              : /[lL]/.test(e.text)
                ? 'long'
                : 'int',
          };
    case 'str':
      return { kind: 'pointer', to: { kind: 'base', name: 'char' } };
    case 'call': {
      if (e.callee.kind !== 'id') {
        const f = pointee(of(e.callee), scope) ?? resolveType(of(e.callee), scope);
        return f?.kind === 'function' ? f.returns : undefined;
      }
      const name = e.callee.name;
      const cast = castLike(name, e.args);
      if (cast) return cast;
      if (
        (name === 'READ_ONCE' ||
          name === 'rcu_dereference' ||
          name === 'likely' ||
          name === 'unlikely' ||
          name === 'no_free_ptr' ||
          name === 'rcu_access_pointer') &&
        e.args[0]
      )
        return of(e.args[0]);
      if ((name === 'min' || name === 'max') && e.args[0]) return of(e.args[0]);
      const local = scope.locals.get(name) ?? globalTypes(scope.unit).get(name);
      if (local) {
        const f = pointee(local, scope);
        return f?.kind === 'function' ? f.returns : undefined;
      }
      return scope.unit.functions.find((f) => f.name === name)?.returns ?? scope.returns?.(name);
    }
    case 'unary':
      if (e.op === '*') return pointee(of(e.arg), scope);
      if (e.op === '&') {
        const t = of(e.arg);
        return t && { kind: 'pointer', to: t };
      }
      return e.op === '!' ? INT : of(e.arg);
    case 'update':
      return of(e.arg);
    case 'binary': {
      if (e.op === ',') return of(e.right);
      if (['==', '!=', '<', '>', '<=', '>=', '&&', '||'].includes(e.op)) return INT;
      if (e.op === '<<' || e.op === '>>') return of(e.left);
      const a = of(e.left);
      const b = of(e.right);
      const ra = resolveType(a, scope);
      const rb = resolveType(b, scope);
      if (ra?.kind === 'pointer' || ra?.kind === 'array')
        return e.op === '-' && (rb?.kind === 'pointer' || rb?.kind === 'array')
          ? { kind: 'base', name: 'long' }
          : decay(ra);
      if (rb?.kind === 'pointer' || rb?.kind === 'array') return decay(rb);
      return wider(a, ra, b, rb);
    }
    case 'assign':
      return of(e.left);
    case 'cond': {
      const a = e.then ? of(e.then) : of(e.test);
      const r = resolveType(a, scope);
      return a && !(r?.kind === 'base') ? a : (of(e.else) ?? a);
    }
    case 'member': {
      const object = of(e.object);
      const record = recordOf(e.arrow ? pointee(object, scope) : object, scope);
      return record && fieldType(record, e.name, scope);
    }
    case 'index':
      return pointee(of(e.object), scope);
    case 'cast':
      return e.type;
    case 'sizeof':
    case 'offsetof':
      return { kind: 'base', name: 'unsigned long' };
    case 'compound':
      return e.type;
    case 'type':
      return e.type;
    case 'stmtexpr': {
      const last = e.body.body[e.body.body.length - 1];
      return last?.kind === 'expr' ? of(last.expr) : undefined;
    }
    default:
      return undefined;
  }
}

function decay(t: CType): CType {
  return t.kind === 'array' ? { kind: 'pointer', to: t.of } : t;
}

function pointee(type: CType | undefined, scope: TypeScope): CType | undefined {
  const t = resolveType(type, scope);
  if (t?.kind === 'pointer') return t.to;
  if (t?.kind === 'array') return t.of;
  return t?.kind === 'function' ? t : undefined;
}

const RANK = [
  'bool',
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned short',
  'int',
  'unsigned int',
  'long',
  'unsigned long',
  'long long',
  'unsigned long long',
  'float',
  'double',
];

function wider(
  a: CType | undefined,
  ra: CType | undefined,
  b: CType | undefined,
  rb: CType | undefined,
): CType | undefined {
  if (!a || !ra) return b;
  if (!b || !rb) return a;
  if (ra.kind !== 'base') return a;
  if (rb.kind !== 'base') return b;
  return RANK.indexOf(ra.name) >= RANK.indexOf(rb.name) ? a : b;
}

/** container_of and its kin name their type. */
function castLike(name: string, args: readonly Expr[]): CType | undefined {
  if (
    /^(?:container_of\w*|list_entry\w*|list_first_entry\w*|list_last_entry\w*|hlist_entry\w*|rb_entry\w*|hlist_entry_safe)$/.test(
      name,
    )
  ) {
    const t = args[1];
    return t?.kind === 'type' ? { kind: 'pointer', to: t.type } : undefined;
  }
  if (/^(?:min|max|min_not_zero)_t$|^clamp_t$/.test(name)) {
    const t = args[0];
    if (t?.kind === 'type') return t.type;
    return t?.kind === 'id' ? { kind: 'named', name: t.name } : undefined;
  }
  return undefined;
}
