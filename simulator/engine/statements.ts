/** The statements of a program: where a breakpoint can stand, which function they belong to, how often they ran. */
import { FILE_BASE } from '../../language/c/exact/index.ts';
import { OP, WIDTH } from '../machine/index.ts';
import type { Coverage, Place } from './protocol.ts';
import type { Session } from './session.ts';

/** A function of the user's files. */
interface FunctionPlace {
  readonly name: string;
  readonly place: Place;
}

/** What is asked about the statements of a run; made once, when first asked. */
export class Statements {
  /** Every statement that was compiled from the user's files, in order. */
  readonly all: readonly Place[];
  readonly functions: readonly FunctionPlace[];
  private entryLists: Map<string, number[]> | undefined;
  private readonly lineLists = new Map<string, readonly number[]>();

  constructor(private readonly session: Session) {
    const { program } = session.sim.loaded;
    const seen = new Set<string>();
    const all: Place[] = [];
    const functions: FunctionPlace[] = [];
    for (const fn of program.functions) {
      if (fn.prelude || fn.entry < 0 || fn.name.startsWith('__pinscope_') || !/^\w+$/.test(fn.name)) continue;
      const own = session.place(fn.span.start, fn.span.end);
      if (own.line === 0) continue;
      functions.push({ name: fn.name, place: own });
      for (let pc = fn.entry; pc < fn.end; pc += WIDTH) {
        if (program.code[pc] !== OP.STEP) continue;
        const span = program.spans[program.spanOf[pc / WIDTH]!];
        if (!span) continue;
        const place = session.place(span.start, span.end);
        const key = `${place.file}:${place.start}:${place.end}`;
        if (place.line === 0 || seen.has(key)) continue;
        seen.add(key);
        all.push(place);
      }
    }
    this.all = all.sort((a, b) => a.file - b.file || a.start - b.start || a.end - b.end);
    this.functions = functions;
  }

  /** The line of the first statement at or behind a line, in the same function; 0: none. */
  lineAtOrBehind(line: number, file = 0): number {
    const next = this.all.find((p) => p.file === file && p.line >= line);
    if (!next) return 0;
    const inside = this.functionAt(next);
    // A line before a function is not one of its own, but a person who clicks on its head means it.
    return !inside || this.lineOf(file, inside.place.start) <= line || next.line === line ? next.line : 0;
  }
  private lineOf(file: number, offset: number): number {
    return this.session.place(file * FILE_BASE + offset, file * FILE_BASE + offset).line;
  }
  /** The function that a statement stands in. */
  functionAt(p: Place): FunctionPlace | undefined {
    return this.functions.find((f) => f.place.file === p.file && p.start >= f.place.start && p.start < f.place.end);
  }

  /** Steps that begin the first statement of a line. */
  stepsAtLine(line: number, file = 0): readonly number[] {
    const key = `${file}:${line}`;
    let steps = this.lineLists.get(key);
    if (!steps) {
      const first = this.all.find((p) => p.file === file && p.line === line);
      const wanted = new Set<number>();
      const { places } = this.session.run;
      places.forEach((p, i) => {
        if (first && p.file === file && p.start === first.start && p.end === first.end) wanted.add(i);
      });
      this.lineLists.set(key, (steps = this.stepsWhere(wanted)));
    }
    return steps;
  }
  /** Steps of any statement of a line. */
  stepsOfLine(line: number, file = 0): readonly number[] {
    const wanted = new Set<number>();
    this.session.run.places.forEach((p, i) => {
      if (p.file === file && p.line === line) wanted.add(i);
    });
    return this.stepsWhere(wanted);
  }
  /** Steps at which a function is entered; of one that is not of the program: at which it is called. */
  entries(name: string): readonly number[] {
    const own = this.allEntries().get(name);
    if (own) return own;
    const call = new RegExp(`\\b${name.replace(/\W/g, '')}\\s*\\(`);
    const { places, files } = this.session.run;
    const wanted = new Set<number>();
    places.forEach((p, i) => {
      const text = files[p.file]!.text.slice(p.start, p.end);
      if (call.test(text)) wanted.add(i);
    });
    return this.stepsWhere(wanted);
  }
  private stepsWhere(wanted: ReadonlySet<number>): number[] {
    const out: number[] = [];
    const { place } = this.session.run.steps;
    if (wanted.size) for (let i = 0; i < place.length; i++) if (wanted.has(place[i]!)) out.push(i);
    return out;
  }

  private allEntries(): Map<string, number[]> {
    if (this.entryLists) return this.entryLists;
    const lists = new Map<string, number[]>(this.functions.map((f) => [f.name, []]));
    const { places, steps, actors } = this.session.run;
    const fnOf = places.map((p) => this.functionAt(p)?.name);
    // What each actor is in: a function is entered where the stack grows, or where another function runs at the same depth.
    const depth = new Int32Array(actors.length).fill(-1);
    const inside: (string | undefined)[] = [];
    for (let i = 0; i < steps.place.length; i++) {
      const actor = steps.actor[i]!;
      const name = fnOf[steps.place[i]!];
      const d = steps.depth[i]!;
      if (name !== undefined && (d > depth[actor]! || (d === depth[actor] && inside[actor] !== name)))
        lists.get(name)?.push(i);
      depth[actor] = d;
      inside[actor] = name;
    }
    return (this.entryLists = lists);
  }

  /** How often everything in the snippet itself ran. */
  coverage(): Coverage {
    const { places, steps } = this.session.run;
    const counts = new Map<string, number>();
    const perPlace = new Int32Array(places.length);
    for (const p of steps.place) perPlace[p]!++;
    places.forEach((p, i) => {
      if (p.file === 0) counts.set(`${p.start}:${p.end}`, perPlace[i]!);
    });
    const entries = this.allEntries();
    return {
      statements: this.all
        .filter((p) => p.file === 0)
        .map((p) => ({ ...p, count: counts.get(`${p.start}:${p.end}`) ?? 0 })),
      functions: this.functions
        .filter((f) => f.place.file === 0)
        .map((f) => ({ ...f.place, name: f.name, count: entries.get(f.name)?.length ?? 0 })),
    };
  }
}
