/** Macros that stand in headers for what they declare. */
import type { MacroDef } from './unit.ts';

interface Found {
  /** Macros that are other names, by these. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** Macros whose bodies define records, or name one that does. */
  readonly bodies: ReadonlySet<string>;
}

/** Of the macros of headers. */
const common = new WeakMap<ReadonlyMap<string, MacroDef>, Found>();

/** The macros that stand for names, or for fields, in the headers of one file. */
export class StandIns {
  #all: Found | undefined;

  constructor(
    /** Of the headers. */
    private readonly macros: ReadonlyMap<string, MacroDef>,
    private readonly all: ReadonlyMap<string, MacroDef>,
    /** Names of those that the file itself defines. */
    private readonly own: readonly string[],
  ) {}

  /** Macros that are another name for this one. */
  of(name: string): readonly string[] {
    return this.#found().aliases.get(name) ?? [];
  }

  /** One of the words may stand for fields that the text does not show. */
  mayHide(words: ReadonlySet<string>): boolean {
    for (const name of this.#found().bodies) if (words.has(name)) return true;
    return false;
  }

  #found(): Found {
    if (this.#all) return this.#all;
    let shared = common.get(this.macros);
    if (!shared) common.set(this.macros, (shared = find(this.macros.values())));
    const own = this.own.flatMap((name) => this.all.get(name) ?? []);
    return (this.#all = own.length === 0 ? shared : both(shared, this.macros, own));
  }
}

function both(shared: Found, macros: ReadonlyMap<string, MacroDef>, own: readonly MacroDef[]): Found {
  const found = find(own);
  // where bodies define records, one macro may name another: the few files that have such are looked through as a whole
  if (shared.bodies.size > 0 || found.bodies.size > 0) return find([...macros.values(), ...own]);
  if (found.aliases.size === 0) return shared;
  const aliases = new Map(shared.aliases);
  for (const [name, others] of found.aliases) aliases.set(name, [...(aliases.get(name) ?? []), ...others]);
  return { aliases, bodies: found.bodies };
}

const NAME = /^[A-Za-z_]\w*$/;
const RECORD = /\b(?:struct|union)\b[^;]*\{/;

function find(macros: Iterable<MacroDef>): Found {
  const aliases = new Map<string, string[]>();
  const bodies = new Set<string>();
  const all = [...macros];
  const each = (visit: (def: MacroDef) => void): void => {
    for (const macro of all) for (let def: MacroDef | undefined = macro; def; def = def.previous) visit(def);
  };
  each(({ name, params, body }) => {
    if (params === null && NAME.test(body)) {
      const known = aliases.get(body);
      if (known) known.push(name);
      else aliases.set(body, [name]);
    } else if (body.includes('{') && RECORD.test(body)) bodies.add(name);
  });
  for (let size = 0; size < bodies.size;) {
    size = bodies.size;
    each(({ name, body }) => {
      if (!bodies.has(name) && body.match(/[A-Za-z_]\w*/g)?.some((word) => bodies.has(word))) bodies.add(name);
    });
  }
  return { aliases, bodies };
}
