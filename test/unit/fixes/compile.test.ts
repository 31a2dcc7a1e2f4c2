/**
 * What compiles before a fix compiles after it: the example driver and the snippets, against real kernel headers. Skipped
 * for kernels whose headers are not installed (Debian: apt install linux-headers-6.1… linux-headers-6.12…).
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rules } from '../../../server/rules/index.ts';
import { applyEdits } from '../../../server/apply-fixes.ts';
import { collectHeaders } from '../../../server/headers.ts';
import { target, testParser } from '../language-c/helpers.ts';
import { theAnalyser } from '../rules/check.ts';
import { auditFixes } from './audit.ts';
import { compile, headersFor } from './kernel-build.ts';
import { snippets } from './snippets.ts';

const MINUTE = 60_000;
const INCLUDES = `#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/pagemap.h>
#include <linux/highmem.h>
#include <linux/dma-mapping.h>
#include <linux/version.h>
MODULE_LICENSE("GPL");
`;

for (const series of ['6.12', '6.1']) {
  const headers = headersFor(series);
  const why = headers ? '' : ` (skipped: no linux-headers-${series}.* in /usr/src, or no make and gcc)`;
  describe.skipIf(!headers)(`Linux ${series}${why}`, () => {
    it('the example driver builds, broken and repaired', { timeout: 5 * MINUTE }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pinscope-vgrab-'));
      try {
        cpSync(join(import.meta.dirname, '../../../examples/vgrab'), folder, { recursive: true });
        build(headers!, folder);
        const repaired = await repair(folder, series);
        expect(repaired).toBeGreaterThan(0);
        build(headers!, folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('the compiler tells good from bad', { timeout: 5 * MINUTE }, () => {
      const texts = {
        good: 'int f(void);\nint f(void) { return 0; }\n',
        bad: 'int f(void);\nint f(void) { return nope; }\n',
      };
      expect([...compile(headers!, texts).compiled]).toEqual(['good']);
    });

    it('every fix of the snippets and of the examples compiles', { timeout: 5 * MINUTE }, async () => {
      const engines = { analyser: await theAnalyser(), parser: await testParser() };
      const texts = new Map(Object.entries(snippets).map(([name, text]) => [name, `${text}MODULE_LICENSE("GPL");\n`]));
      for (const { meta } of rules)
        for (const e of meta.examples)
          texts.set(`${meta.id}: ${e.title}`, INCLUDES + e.bad.replace(/ *\/\/~.*$/gm, ''));
      const files: Record<string, string> = {};
      const results: { readonly name: string; readonly from: string; readonly to: string; readonly title: string }[] =
        [];
      [...texts].forEach(([name, text], i) => {
        const from = `t${i}`;
        files[from] = text;
        const path = `/t/${from}.c`;
        const audit = auditFixes(engines, { path, text, headers: [], targets: [target(series)] });
        engines.analyser.close(path);
        audit.fixes.forEach(({ fix, result }, k) => {
          files[`${from}_${k}`] = result;
          results.push({ name, from, to: `${from}_${k}`, title: fix.title });
        });
      });
      const { compiled, log } = compile(headers!, files);
      // those with types that only they know of cannot be compiled to begin with
      const possible = results.filter((r) => compiled.has(r.from));
      expect(possible.length, log).toBeGreaterThan(40);
      for (const name of Object.keys(snippets)) {
        const own = results.find((r) => r.name === name);
        expect(!own || compiled.has(own.from), `${name}\n${log}`).toBe(true);
      }
      const broken = possible.filter((r) => !compiled.has(r.to));
      expect(broken.map((r) => `${r.name} [${r.title}]\n${files[r.to]}`)).toEqual([]);
    });
  });
}

function build(headers: string, folder: string): void {
  const made = spawnSync('make', ['-C', headers, `M=${folder}`, 'modules'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(made.status, made.stdout + made.stderr).toBe(0);
  expect(readdirSync(folder)).toContain('vgrab.ko');
  spawnSync('make', ['-C', headers, `M=${folder}`, 'clean']);
}

/** Applies one fix after the other, unsafe ones too, until nothing that has one is left; how many there were. */
async function repair(folder: string, series: string): Promise<number> {
  const analyser = await theAnalyser();
  let count = 0;
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.c'))) {
    const path = join(folder, file);
    for (;;) {
      const text = readFileSync(path, 'utf8');
      const headers = collectHeaders(path, text, {
        resolve: (from, spec) => join(dirname(from), spec),
        read: (p) => (readdirSync(folder).includes(p.slice(folder.length + 1)) ? readFileSync(p, 'utf8') : undefined),
      });
      const { findings } = analyser.analyse({ path, text, headers }, { targets: [target(series)], severity: {} });
      const fix = findings.flatMap((f) => f.fixes())[0];
      const open = findings.filter((f) => f.level === 'error' || f.level === 'warning');
      if (!fix) {
        expect(open.map((f) => `${file}: ${f.rule}: ${f.message} ${f.fixNote?.() ?? ''}`)).toEqual([]);
        break;
      }
      expect(fix.edits.every((e) => e.path === path)).toBe(true);
      writeFileSync(path, applyEdits(text, fix.edits));
      expect(++count).toBeLessThan(50);
    }
    analyser.close(path);
  }
  return count;
}
