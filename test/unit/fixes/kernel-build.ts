/** Compiles C against the kernel headers that the machine has (Debian's linux-headers packages). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The build folder of the newest installed headers of that series ("6.12"); undefined: not installed. */
export function headersFor(series: string): string | undefined {
  if (!existsSync('/usr/src')) return undefined;
  const names = readdirSync('/usr/src').filter(
    (n) => n.startsWith(`linux-headers-${series}.`) && !/-common|-cloud|-rt/.test(n),
  );
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  const folder = newest && join('/usr/src', newest);
  const works = folder !== undefined && spawnSync('make', ['--version']).status === 0;
  return works && spawnSync('gcc', ['--version']).status === 0 ? folder : undefined;
}

/** Names of the texts that compile, and what the compiler said of the others. */
export interface Build {
  readonly compiled: ReadonlySet<string>;
  readonly log: string;
}

/**
 * Compiles C texts with the flags of the kernel, all in one file: what takes time is the kernel's headers. What a text
 * defines gets a name of its own; a text with an error is left out, and the rest compiled again.
 */
export function compile(headers: string, texts: Readonly<Record<string, string>>): Build {
  const folder = mkdtempSync(join(tmpdir(), 'pinscope-build-'));
  try {
    writeFileSync(join(folder, 'Makefile'), 'obj-m := all.o\n');
    const compiled = new Set(Object.keys(texts));
    let log = '';
    for (let round = 0; round < 8 && compiled.size; round++) {
      writeFileSync(join(folder, 'all.c'), together(texts, compiled));
      const flags = `KCFLAGS=${LENIENT}`;
      const made = spawnSync('make', ['-C', headers, `M=${folder}`, flags, 'all.o'], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        env: { ...process.env, LC_ALL: 'C' },
      });
      log = made.stdout + made.stderr;
      if (made.status === 0) return { compiled, log };
      const before = compiled.size;
      for (const m of log.matchAll(/^([\w-]+)\.c:\d+:(?:\d+:)? (?:fatal )?error:/gm)) compiled.delete(m[1]!);
      if (compiled.size === before) return { compiled: new Set(), log };
    }
    return { compiled: new Set(), log };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function together(texts: Readonly<Record<string, string>>, names: ReadonlySet<string>): string {
  const includes = new Set<string>();
  const parts: string[] = [];
  let serial = 0;
  for (const name of names) {
    const text = texts[name]!;
    for (const m of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*<.*$/gm)) includes.add(m[0]);
    const body = text.replace(/^[ \t]*#[ \t]*include[ \t]*<.*$/gm, '').replace(/^MODULE_LICENSE.*$/gm, '');
    const own = new Set<string>();
    for (const m of body.matchAll(/^(?:struct|union|enum) (\w+) \{/gm)) own.add(m[1]!);
    for (const m of body.matchAll(/^(?!\s|#|\/)[\w \t*]*?[ \t*](\w+)\(/gm)) own.add(m[1]!);
    for (const m of body.matchAll(/^(?!\s|#|\/)[\w \t*]*?[ \t*](\w+)(?:\[\w*\])?(?: = .*)?;/gm)) own.add(m[1]!);
    const macros = Array.from(body.matchAll(/^#[ \t]*define[ \t]+(\w+)/gm), (m) => m[1]!);
    serial++;
    parts.push(
      ...[...own].map((n) => `#define ${n} ${n}_${serial}`),
      `#line 1 "${name}.c"`,
      body,
      ...[...own, ...macros].map((n) => `#undef ${n}`),
    );
  }
  return `${[...includes].join('\n')}\n#include <linux/module.h>\nMODULE_LICENSE("GPL");\n${parts.join('\n')}\n`;
}

/** Snippets call functions that nobody declares, and leave things unused. */
const LENIENT = '-w -Wno-error -Wno-implicit-function-declaration -fmax-errors=0';
