/** Macros: what they mean, read when they are used, and tables of them that lie over one another. */
import { tokenize, type Token } from './tokens.ts';

/** A macro as defined. */
export interface Macro {
  readonly name: string;
  readonly params: readonly string[] | null;
  /** Name of the variadic parameter. */
  readonly rest: string | null;
  readonly body: readonly Token[];
}

/** What a name means as a macro. The same name gives the same object. */
export interface MacroTable {
  get(name: string): Macro | undefined;
  has(name: string): boolean;
}

/** Macros in force, over others that are not changed. */
export class Macros implements MacroTable {
  /** null: not defined here, whatever lies below. */
  readonly #own = new Map<string, Macro | null>();

  constructor(private readonly base?: MacroTable) {}

  get(name: string): Macro | undefined {
    const own = this.#own.get(name);
    return own === undefined ? this.base?.get(name) : (own ?? undefined);
  }
  has(name: string): boolean {
    const own = this.#own.get(name);
    return own === undefined ? (this.base?.has(name) ?? false) : own !== null;
  }
  /** #define */
  set(name: string, macro: Macro): void {
    this.#own.set(name, macro);
  }
  /** #undef */
  delete(name: string): void {
    this.#own.set(name, null);
  }
  /** Those that were defined in this table itself. */
  own(): Macro[] {
    return [...this.#own.values()].filter((macro) => macro !== null);
  }
}

/** The macro that the tokens behind its name in a `#define` say. */
export function macroOf(name: string, meaning: readonly Token[]): Macro {
  let i = 0;
  let params: string[] | null = null;
  let variadic: string | null = null;
  if (meaning[0]?.text === '(' && !meaning[0].space) {
    params = [];
    for (i = 1; i < meaning.length && meaning[i]!.text !== ')'; i++) {
      const t = meaning[i]!;
      if (t.text === ',') continue;
      if (t.text === '...') {
        if (meaning[i - 1]?.kind === 'id') variadic = params.pop()!;
        else variadic = '__VA_ARGS__';
      } else params.push(t.text);
    }
    i++;
  }
  return { name, params, rest: variadic, body: meaning.slice(i) };
}

/** A macro whose meaning is read when it is used. */
export class LaterMacro implements Macro {
  #macro: Macro | undefined;

  /** `start`: where the text of the meaning, which begins behind the name, stands. */
  constructor(
    readonly name: string,
    readonly text: string,
    readonly start: number,
  ) {}
  private get macro(): Macro {
    if (this.#macro) return this.#macro;
    const [first, ...others] = tokenize(this.text, this.start);
    const space = /^\s/.test(this.text);
    return (this.#macro = macroOf(this.name, [...(first ? [{ ...first, space, line: false }] : []), ...others]));
  }
  get params(): readonly string[] | null {
    return this.macro.params;
  }
  get rest(): string | null {
    return this.macro.rest;
  }
  get body(): readonly Token[] {
    return this.macro.body;
  }
}
