/** What is kept of a file from one parse of it to the next: most edits leave most of it alone. */
import type { Environment } from './environment.ts';
import type { HeaderState } from './headers.ts';
import type { ItemMemo } from './items.ts';
import type { CParser } from './parser.ts';
import type { Preprocessed } from './preprocessor.ts';
import type { MaskedText } from './mask-pieces.ts';
import type { ChoiceRegion } from './source.ts';
import type { Items } from './top-items.ts';

/** The last reading of a variant of a file in one environment. */
export interface Reading extends ItemMemo {
  /** What its items were read from, and they. */
  latest?: {
    readonly masked: MaskedText;
    readonly items: Items;
    readonly regions: readonly ChoiceRegion[];
  };
}

/** How a file was preprocessed, behind which headers. */
export interface Pass {
  readonly pre: Preprocessed;
  readonly env: Environment;
  readonly header: HeaderState;
}

interface FileMemory {
  /** By target and choices. */
  readonly passes: Map<string, Pass>;
  /** By variant and environment. */
  readonly readings: Map<string, Reading>;
  readonly environments: Set<string>;
}

/** Kernels and variants of one file. */
const MAX_READINGS = 16;
const MAX_FILES = 64;
/** By parser, which has the trees, and path. */
const files = new WeakMap<CParser, Map<string, FileMemory>>();

/** The newest entries are at the end. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): V {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
  return value;
}

function memoryOf(parser: CParser, path: string): FileMemory {
  const own = files.get(parser) ?? new Map<string, FileMemory>();
  files.set(parser, own);
  const known = own.get(path) ?? { passes: new Map(), readings: new Map(), environments: new Set() };
  return keep(own, path, known, MAX_FILES);
}

/** How the file was last preprocessed with these decisions; see `keepPass`. */
export function lastPass(parser: CParser, path: string, decisions: string): Pass | undefined {
  return files.get(parser)?.get(path)?.passes.get(decisions);
}

/** Keeps how a file was preprocessed. */
export function keepPass(parser: CParser, path: string, decisions: string, pass: Pass): void {
  keep(memoryOf(parser, path).passes, decisions, pass, MAX_READINGS);
}

/** The last reading of a variant of a file; to be brought up to date by who reads it again. */
export function readingOf(parser: CParser, path: string, variant: string, environment: string): Reading {
  const { readings, environments } = memoryOf(parser, path);
  environments.add(environment);
  const key = `${variant}|${environment}`;
  const known = readings.get(key) ?? { heads: new Map(), declarations: new Map() };
  return keep(readings, key, known, MAX_READINGS);
}

/** Nothing is kept of a file that was closed; the environments that it was read in. */
export function forgetReadings(parser: CParser, path: string): Iterable<string> {
  const environments = files.get(parser)?.get(path)?.environments ?? [];
  files.get(parser)?.delete(path);
  return environments;
}

/** Nothing is kept of any file. */
export function forgetAllReadings(parser: CParser): void {
  files.delete(parser);
}
