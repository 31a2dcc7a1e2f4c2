/**
 * Reads the macros that a build's configuration fixes: a header of plain #defines (include/generated/autoconf.h, the config.h
 * of an out-of-tree driver) or a kernel's .config. Nothing is guessed: what the file does not settle stays unknown.
 */

/** Value of each macro that the text settles; null: known to be undefined. */
export function readConfigHeader(text: string): Map<string, string | null> {
  const macros = new Map<string, string | null>();
  // Whether what stands under each open #if is certain: only include guards are.
  const certain: boolean[] = [];
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    const directive = /^\s*#\s*(\w+)\s*(.*)$/.exec(line);
    const [, word = '', rest = ''] = directive ?? [];
    if (word === 'if' || word === 'ifdef' || word === 'ifndef')
      certain.push(word === 'ifndef' && isGuard(rest, lines, i));
    else if (word === 'else' || word === 'elif') certain.splice(-1, 1, false);
    else if (word === 'endif') certain.pop();
    else settle(line, word, rest, certain.every(Boolean), macros);
  }
  return macros;
}

/** `#ifndef NAME` with `#define NAME` as the next directive. */
function isGuard(name: string, lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1).find((line) => /^\s*#/.test(line)) ?? '';
  return /^\s*#\s*define\s+(\w+)\s*$/.exec(next)?.[1] === /^\w+/.exec(name)?.[0];
}

function settle(
  line: string,
  directive: string,
  rest: string,
  isCertain: boolean,
  macros: Map<string, string | null>,
): void {
  const put = (name: string, value: string | null): void => {
    if (isCertain) macros.set(name, value);
    else macros.delete(name);
  };
  const [, name, call, value = ''] = /^([A-Za-z_]\w*)(\()?(.*)$/.exec(rest) ?? [];
  // As autoconf writes what it did not find.
  const missing = /^\s*\/\*\s*#\s*undef\s+(\w+)\s*\*\//.exec(line)?.[1];
  if (missing) put(missing, null);
  else if (directive === 'define' && name && !call) {
    put(name, withoutComments(value));
    // A driver built as a module: CONFIG_FOO_MODULE is defined, CONFIG_FOO is not.
    const whole = /^(CONFIG_\w+)_MODULE$/.exec(name)?.[1];
    if (whole && !macros.has(whole)) put(whole, null);
  } else if (directive === 'undef' && name) put(name, null);
  else settleKconfig(line, put);
}

/** Lines of a .config. */
function settleKconfig(line: string, put: (name: string, value: string | null) => void): void {
  const unset = /^# (CONFIG_\w+) is not set\s*$/.exec(line)?.[1];
  const [, name, value] = /^(CONFIG_\w+)=(.*?)\s*$/.exec(line) ?? [];
  if (unset) {
    put(unset, null);
    put(`${unset}_MODULE`, null);
  } else if (name && value !== undefined) {
    if (value === 'm') put(`${name}_MODULE`, '1');
    put(name, value === 'm' || value === 'n' ? null : value === 'y' ? '1' : value);
  }
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*.*?\*\//g, ' ')
    .replace(/\/[/*].*$/, '')
    .trim();
}
