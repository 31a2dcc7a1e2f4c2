/** What may come next in a C expression that somebody types: members of what stands before `->` or `.`, else names of the frame and calls. */
import { QUESTIONS, typeName, type Ty } from '../machine/index.ts';
import type { Completion } from './protocol.ts';
import type { Context } from './evaluate.ts';
import type { Session } from './session.ts';

/** Completions of the word that ends `text`, at the present state. */
export function complete(session: Session, text: string, context: Context): Completion[] {
  const word = /\w*$/.exec(text)![0];
  const before = text.slice(0, text.length - word.length);
  const access = /\s*(?:->|\.)\s*$/.exec(before);
  const all = access ? members(session, operandOf(before.slice(0, access.index)), context) : names(session, context);
  const seen = new Set<string>();
  return all
    .filter(({ label }) => label.startsWith(word) && !seen.has(label) && seen.add(label))
    .map((c) => ({ ...c, length: word.length }));
}

type Name = Omit<Completion, 'length'>;

/** The operand that ends a text: names, calls, subscripts and members, up to what binds less than they do. */
export function operandOf(text: string): string {
  let at = text.length;
  for (;;) {
    const rest = text.slice(0, at);
    const closed = /[\])]\s*$/.exec(rest);
    if (closed) {
      let open = closed.index;
      for (let depth = 0; open >= 0; open--) {
        if (')]'.includes(text[open]!)) depth++;
        else if ('(['.includes(text[open]!) && --depth === 0) break;
      }
      if (open < 0) return '';
      at = open;
      // what is called or subscripted comes before it; alone it is in parentheses
      if (!/[\w\])]\s*$/.test(text.slice(0, at))) break;
      continue;
    }
    const name = /\w+\s*$/.exec(rest);
    if (!name) break;
    at = name.index;
    const access = /(?:->|\.)\s*$/.exec(text.slice(0, at));
    if (!access) break;
    at = access.index;
  }
  return text.slice(at).trim();
}

function members(session: Session, operand: string, context: Context): Name[] {
  const answer = operand ? session.evaluator.evaluate(operand, context) : undefined;
  if (!answer || 'message' in answer) return [];
  const { type } = answer.value;
  return membersOf(type.kind === 'ptr' ? type.to : type.kind === 'array' ? type.of : type);
}
/** Members of a struct or union, those of its unnamed parts among them. */
function membersOf(type: Ty): Name[] {
  if (type.kind !== 'record') return [];
  return type.members.flatMap((m) =>
    m.name === null ? membersOf(m.type) : [{ label: m.name, kind: 'member' as const, detail: typeName(m.type) }],
  );
}

function names(session: Session, { thread, frame }: Context): Name[] {
  const { program } = session.sim.loaded;
  const variables = session.variables
    .scopes(thread, frame)
    .filter((scope) => scope.kind === 'locals' || scope.kind === 'globals')
    .flatMap((scope) => session.variables.read(scope.ref));
  return [
    ...variables.map(({ name, type }): Name => ({ label: name, kind: 'variable', detail: type })),
    ...QUESTIONS.map((label): Name => ({ label, kind: 'function', detail: '' })),
    ...program.functions
      .filter((f) => /^[a-z]\w*$/i.test(f.name))
      .map((f): Name => ({ label: f.name, kind: 'function', detail: typeName(f.returns) })),
  ].filter(({ label }) => /^\w+$/.test(label));
}
