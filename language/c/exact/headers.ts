/** Headers that every program lies on, after reading: from their text, or from what the build has packed of it. */
import type { CType, Declarator, EnumDef, RecordDef } from '../ast.ts';
import { packGraph, unpackGraph, type PackedGraph } from './graph.ts';
import { LaterMap } from './later-map.ts';
import { LaterMacro, type MacroTable } from './macros.ts';
import { ExactParser, type ExactFunction, type ExactProgram } from './parser.ts';
import { Preprocessor } from './preprocess.ts';
import type { Scope } from './stream.ts';
import type { Token } from './tokens.ts';

/** Headers after reading. */
export interface Headers {
  readonly program: ExactProgram;
  readonly macros: MacroTable;
}

/** Texts of things that are read when they are wanted. */
interface PackedTexts {
  /** Name of each, with spaces between them. */
  readonly names: string;
  /** All texts, one behind the other. */
  readonly text: string;
  readonly lengths: readonly number[];
  /** Where each begins, from the end of the one before it. */
  readonly gaps: readonly number[];
}
/** Headers as a build keeps them: plain data. */
export interface PackedHeaders {
  readonly base: number;
  readonly macros: PackedTexts;
  /** Functions that are read when they are wanted. */
  readonly items: PackedTexts;
  /** All that is not. */
  readonly rest: PackedGraph;
}
interface Rest extends Scope {
  readonly functions: readonly ExactFunction[];
  readonly prototypes: Map<string, CType>;
  readonly globals: Map<string, Declarator>;
  readonly records: Map<string, RecordDef>;
  readonly enums: Map<string, EnumDef>;
}

function read(text: string, base: number): { pp: Preprocessor; parser: ExactParser; program: ExactProgram } {
  const pp = new Preprocessor();
  const parser = new ExactParser(pp.outline(text, base), undefined, false, (t) => pp.details(t));
  return { pp, parser, program: parser.program() };
}

/** Reads headers that are well formed, whose text stands at `base`. Bodies of their functions are read when they are called. */
export function readHeaders(text: string, base: number): Headers {
  const { pp, program } = read(text, base);
  return { program, macros: pp.macros };
}

/** The same as plain data. */
export function packHeaders(text: string, base: number): PackedHeaders {
  const { pp, parser, program } = read(text, base);
  if (program.problems.length) throw new Error(program.problems[0]!.message);
  const macros = pp.macros.own().map((macro) => {
    if (!(macro instanceof LaterMacro)) throw new Error(`the meaning of the macro ${macro.name} has been read`);
    return macro;
  });
  const later = new Set(parser.items.map((item) => item.start));
  const functions = [...program.functions.values()].filter((f) => !later.has(f.start));
  const prototypes = [...program.prototypes.keys()].filter((name) => !program.prototypes.isUnread(name));
  const rest: Rest = {
    ...program.scope,
    globals: program.globals,
    records: program.records,
    enums: program.enums,
    prototypes: new Map(prototypes.map((name) => [name, program.prototypes.get(name)!])),
    functions: functions.map((f) => ({
      start: f.start,
      end: f.end,
      name: f.name,
      nameSpan: f.nameSpan,
      params: f.params,
      returns: f.returns,
      variadic: f.variadic,
      isStatic: f.isStatic,
      isInline: f.isInline,
      body: f.body,
    })),
  };
  return {
    base,
    macros: packTexts(macros, base),
    items: packTexts(
      parser.items.map(({ name, text: of, start }) => ({ name: name!, text: of, start })),
      base,
    ),
    rest: packGraph(rest, base),
  };
}

/** Headers that were packed. */
export function unpackHeaders({ base, macros, items, rest }: PackedHeaders): Headers {
  const { functions, prototypes, types, tags, ...others } = unpackGraph(rest, base) as Rest;
  const pp = new Preprocessor();
  eachText(macros, base, (name, text, start) => pp.macros.set(name, new LaterMacro(name, text, start)));
  const end: Token = { kind: 'eof', text: '', start: base, end: base, space: false, line: true };
  const below = {
    functions: new Map(),
    prototypes: new LaterMap<CType>(),
    ...others,
    scope: { types, tags },
    problems: [],
  };
  const parser = new ExactParser([end], below, false, (t) => pp.details(t));
  eachText(items, base, (name, text, start) =>
    parser.readLater({ kind: 'item', name, text, start, end: start + text.length, space: true, line: true }),
  );
  for (const f of functions) parser.functions.set(f.name, f);
  for (const [name, type] of prototypes) parser.prototypes.set(name, type);
  return { program: parser.program(), macros: pp.macros };
}

function packTexts(
  list: readonly { readonly name: string; readonly text: string; readonly start: number }[],
  base: number,
): PackedTexts {
  let end = base;
  const gaps = list.map(({ text, start }) => {
    const gap = start - end;
    end = start + text.length;
    return gap;
  });
  return {
    names: list.map(({ name }) => name).join(' '),
    text: list.map(({ text }) => text).join(''),
    lengths: list.map(({ text }) => text.length),
    gaps,
  };
}
function eachText(
  { names, text, lengths, gaps }: PackedTexts,
  base: number,
  take: (name: string, text: string, start: number) => void,
): void {
  let at = 0;
  let start = base;
  names.split(' ').forEach((name, i) => {
    start += gaps[i]!;
    take(name, text.slice(at, at + lengths[i]!), start);
    at += lengths[i]!;
    start += lengths[i]!;
  });
}
