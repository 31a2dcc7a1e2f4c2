/** What each request answers. */
import { ResponseError } from 'vscode-jsonrpc';
import { exploreInParts, explorationLines, explorationOk } from '../explore/index.ts';
import { ACTOR, THREAD } from '../machine/index.ts';
import { complete } from './complete.ts';
import type { Context, ValueAnswer } from './evaluate.ts';
import { Cancelled, findStep, nextStep, SLICE, type Patience } from './find.ts';
import type {
  Actor,
  EventInfo,
  ExploreParams,
  Explored,
  Position,
  RunRequests,
  StackFrame,
  ThreadInfo,
} from './protocol.ts';
import { Session } from './session.ts';
import { watchOfExpression } from './watch.ts';

/** A function for every request of a map. */
export type Handlers<R> = {
  readonly [M in keyof R]: R[M] extends { readonly params: infer P; readonly result: infer A }
    ? (params: P, patience: Patience) => A | Promise<A>
    : never;
};
/** Gives the loaded run, or fails when there is none. */
export type Current = () => Session;

const KINDS = Object.fromEntries(Object.entries(ACTOR).map(([name, n]) => [n, name as Actor['kind']]));

/** Code of the JSON-RPC protocol: the request makes no sense now. */
const INVALID_REQUEST = -32600;

/** Handlers of the requests that load and read a run. `keep` is given each new run. */
export function runHandlers(current: Current, keep: (session: Session) => void): Handlers<RunRequests> {
  return {
    load: (params) => {
      const session = new Session(params);
      keep(session);
      return session.run;
    },
    goOn: (params) => current().goOn(params),
    position: ({ step }) => position(current(), step),
    nextStep: (params) => nextStep(current(), params),
    findStep: (params, patience) => findStep(current(), params, patience),
    stepsOfLine: ({ line, file }) => current().statements.stepsOfLine(line, file),
    statementLines: ({ lines, file }) => lines.map((line) => current().statements.lineAtOrBehind(line, file)),
    threads: ({ step }) => threads(current(), step),
    callStack: ({ step, thread }) => callStack(current(), step, thread),
    scopes: ({ step, thread, frame }) => {
      const session = current();
      session.goTo(step);
      return session.variables.scopes(session.threadAt(step, thread), frame ?? 0);
    },
    variables: ({ step, ref, start, count }) => {
      const session = current();
      session.goTo(step);
      return session.variables.read(ref, start, count);
    },
    evaluate: ({ step, thread, frame, expression }) => {
      const session = current();
      session.goTo(step);
      const context = { thread: session.threadAt(step, thread), frame: frame ?? 0 };
      const answer = session.evaluator.evaluate(expression, context);
      if ('message' in answer) return { ok: false, message: answer.message };
      const watch = watchExpression(session, expression, context, answer);
      return { ok: true, watch, ...session.variables.row(answer.value, answer.reader, expression) };
    },
    complete: ({ step, thread, frame, text }) => {
      const session = current();
      session.goTo(step);
      return complete(session, text, { thread: session.threadAt(step, thread), frame: frame ?? 0 });
    },
    events: ({ from, to }) => events(current(), from, to),
    explore: (params, patience) => exploreRun(current(), params, patience),
    coverage: () => current().statements.coverage(),
  };
}

/** Of globals alone, an expression means the same everywhere; else it belongs to its frame. */
function watchExpression(session: Session, expression: string, context: Context, answer: ValueAnswer): string {
  const frames = session.sim.frames(context.thread).length;
  const everywhere = session.evaluator.evaluate(expression, { thread: context.thread, frame: frames });
  const same =
    !('message' in everywhere) && everywhere.reader.show(everywhere.value) === answer.reader.show(answer.value);
  return watchOfExpression(expression, context.thread, same ? 0 : frames - context.frame);
}

function position(session: Session, step: number): Position {
  const { run } = session;
  const i = Math.min(step, run.length - 1);
  const place = run.places[run.steps.place[i] ?? -1] ?? { file: 0, line: 0, start: 0, end: 0 };
  return { step, actor: run.steps.actor[i] ?? -1, thread: session.threadAt(step), place };
}

function threads(session: Session, step: number): ThreadInfo[] {
  session.goTo(step);
  const { kernel } = session.sim;
  const { vm } = kernel;
  const running = session.threadAt(step);
  const out: ThreadInfo[] = [];
  for (let t = 1; t < kernel.threadCount; t++) {
    const state = vm.tState.at(t);
    if (t !== running && ((state !== THREAD.ready && state !== THREAD.blocked) || !session.sim.frames(t).length))
      continue;
    out.push({
      thread: t,
      name: kernel.nameText(vm.tName.at(t)),
      kind: KINDS[vm.tKind.at(t)] ?? 'thread',
      state: t === running ? 'running' : state === THREAD.blocked ? 'waiting' : 'ready',
    });
  }
  return out;
}

async function exploreRun(session: Session, { turns }: ExploreParams, patience: Patience): Promise<Explored> {
  if (session.run.problems.some((p) => p.severity === 'error'))
    throw new ResponseError(INVALID_REQUEST, 'The source has errors: there is nothing to explore.');
  const parts = exploreInParts(session.sim.loaded, turns === undefined ? {} : { turns });
  let pause = Date.now() + SLICE;
  for (;;) {
    const part = parts.next();
    if (part.done) return { ...part.value, ok: explorationOk(part.value), lines: explorationLines(part.value) };
    if (Date.now() < pause) continue;
    await patience.pause();
    if (patience.cancelled()) throw new Cancelled();
    pause = Date.now() + SLICE;
  }
}

function callStack(session: Session, step: number, thread?: number): StackFrame[] {
  session.goTo(step);
  return session.sim
    .callStack(session.threadAt(step, thread))
    .map((f) => ({ name: f.name, place: session.place(f.start, f.end) }));
}

function events(session: Session, from: number, to: number): EventInfo[] {
  const { sim } = session;
  const { spans } = sim.loaded.program;
  return sim.events.flatMap((e) => {
    // Events count the steps that have begun.
    const step = Math.max(0, e.step - 1);
    if (step < from || step >= to) return [];
    const span = spans[e.span];
    const line = span ? session.place(span.start, span.end).line : 0;
    return [{ step, kind: e.kind, text: e.text, actor: e.actor, line, failure: e.failure }];
  });
}
