/**
 * In which form of its history an acquire call is written: by the number of its arguments and, where several forms have as many,
 * by what the arguments are. A call that fits none is nobody's business.
 */
import type { CallExpr, CType, Expr } from '../../language/c/ast.ts';
import { resolveType, typeOfExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts, inRange } from '../../language/kernel/index.ts';
import type { AcquireFact, AcquireForm, AcquireRole } from '../../language/kernel/types.ts';
import type { FunctionContext } from './context.ts';
import { flagsOf } from './flags.ts';

export interface CallForm {
  /** The form that the call is written in. */
  readonly written: AcquireForm;
  /** The target has the function, and in this form. */
  readonly right: boolean;
}

/** The form of a call; undefined where it fits none that there ever was. */
export function formAsWritten(
  fact: AcquireFact,
  call: CallExpr,
  f: FunctionContext,
  unit: TranslationUnit,
  functions: ReadonlyMap<string, FunctionContext>,
): CallForm | undefined {
  const kernel = unit.target.kernel;
  const forms = fact.forms.filter((form) => form.params.length === call.args.length);
  const fitting = forms.filter((form) =>
    form.params.every((role, i) => {
      const arg = call.args[i]!;
      if (role === 'flags' && flagsOf(arg, f, functions).names.size > 0) return true;
      return fits(role, arg, f, unit);
    }),
  );
  const target = facts.formIn(fact, kernel);
  if (target && fitting.includes(target)) return { written: target, right: true };
  // a wrong form must be told for sure: by the number of arguments, or by an argument that only fits elsewhere
  const written = nearest(fitting, unit) ?? (target && forms.includes(target) ? undefined : nearest(forms, unit));
  return written && { written, right: false };
}

/** Of several forms the one whose time is next to the target's. */
function nearest(forms: readonly AcquireForm[], unit: TranslationUnit): AcquireForm | undefined {
  const now = unit.target.kernel;
  return forms.find((form) => inRange(form, now)) ?? forms.at(-1);
}

type Nature = 'task' | 'mm' | 'vmas' | 'pages' | 'pointer' | 'null' | 'flags' | 'boolean' | 'number' | undefined;

const NATURES: Readonly<Partial<Record<AcquireRole, readonly Nature[]>>> = {
  tsk: ['task', 'null', 'pointer'],
  mm: ['mm', 'null', 'pointer'],
  start: ['number', 'flags', 'boolean'],
  nr: ['number', 'boolean', 'flags'],
  flags: ['flags', 'number'],
  write: ['boolean', 'number'],
  force: ['boolean', 'number'],
  pages: ['pages', 'pointer', 'null'],
  vmas: ['vmas', 'null'],
  locked: ['pointer', 'null'],
};

function fits(role: AcquireRole, arg: Expr, f: FunctionContext, unit: TranslationUnit): boolean {
  const allowed = NATURES[role];
  const is = natureOf(arg, f, unit, role);
  return !allowed || is === undefined || allowed.includes(is);
}

/** What an argument is, where it shows; `role` decides what a bare number means. */
function natureOf(e: Expr, f: FunctionContext, unit: TranslationUnit, role: AcquireRole): Nature {
  switch (e.kind) {
    case 'num':
      // 1 for flags is the `write` of old; as FOLL_WRITE nobody writes it
      if (role === 'flags') return e.value === 1n ? 'boolean' : 'flags';
      if (e.value === 0n) return undefined;
      return e.value === 1n ? 'boolean' : 'number';
    case 'id':
      if (e.name === 'NULL') return 'null';
      if (e.name === 'true' || e.name === 'false') return 'boolean';
      if (e.name === 'current') return 'task';
      if (/^FOLL_/.test(e.name)) return 'flags';
      break;
    case 'binary':
      if (/^(==|!=|<|>|<=|>=|&&|\|\|)$/.test(e.op)) return 'boolean';
      if (e.op === '|') {
        const [a, b] = [natureOf(e.left, f, unit, role), natureOf(e.right, f, unit, role)];
        return a === 'flags' || b === 'flags' ? 'flags' : a;
      }
      break;
    case 'unary':
      if (e.op === '!') return 'boolean';
      break;
    case 'cond': {
      const [a, b] = [e.then && natureOf(e.then, f, unit, role), natureOf(e.else, f, unit, role)];
      return a === 'flags' || b === 'flags' ? 'flags' : a === 'boolean' || b === 'boolean' ? 'boolean' : (a ?? b);
    }
    case 'member':
      if (e.name === 'mm' || e.name === 'active_mm') return 'mm';
      break;
    default:
  }
  const scope = { unit, locals: f.types };
  const t = resolveType(typeOfExpr(e, scope), scope);
  return t && natureOfType(t, e);
}

function natureOfType(t: CType, e: Expr): Nature {
  if (t.kind === 'base')
    return t.name === 'bool' || saysWrite(e) ? 'boolean' : t.name === 'void' ? undefined : 'number';
  if (t.kind === 'enum') return 'number';
  if (t.kind !== 'pointer' && t.kind !== 'array') return undefined;
  const to = t.kind === 'pointer' ? t.to : t.of;
  if (to.kind === 'record') return to.name === 'task_struct' ? 'task' : to.name === 'mm_struct' ? 'mm' : 'pointer';
  if (to.kind === 'pointer' && to.to.kind === 'record')
    return to.to.name === 'vm_area_struct' ? 'vmas' : to.to.name === 'page' ? 'pages' : 'pointer';
  return 'pointer';
}

/** `int write`: a yes or no that has no type of its own. */
const saysWrite = (e: Expr): boolean => {
  const name = e.kind === 'id' || e.kind === 'member' ? e.name : '';
  return /(^|_)(is_?)?(write|writable|writeable|force|rw)$/i.test(name);
};
