/** The tables against real kernel sources: KERNEL_SRC, or /root/kernel/linux-source-*. Without any, skipped by name. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KernelVersion } from '../../../language/c/unit.ts';
import { facts, inRange } from '../../../language/kernel/index.ts';
import { releases } from '../../../language/kernel/release.ts';

const headers = [
  'include/linux/mm.h',
  'include/linux/mm_types.h',
  'include/linux/pagemap.h',
  'include/linux/gfp.h',
  'include/linux/page_ref.h',
  'include/linux/uio.h',
  'include/linux/bio.h',
  'include/linux/memremap.h',
  'include/linux/highmem.h',
  'block/blk.h',
  'mm/internal.h',
];

interface Tree {
  readonly root: string;
  readonly kernel: KernelVersion;
}

function treeAt(root: string): Tree[] {
  const makefile = join(root, 'Makefile');
  if (!existsSync(makefile)) return [];
  const text = readFileSync(makefile, 'utf8');
  const number = (name: string): number =>
    Number(new RegExp(`^${name}\\s*=\\s*(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  // The release, not the stable update: backports are of no concern to the tables.
  return [{ root, kernel: { major: number('VERSION'), minor: number('PATCHLEVEL'), patch: 0 } }];
}

function trees(): Tree[] {
  const shelf = '/root/kernel';
  const roots = existsSync(shelf) ? readdirSync(shelf).map((name) => join(shelf, name)) : [];
  if (process.env['KERNEL_SRC']) roots.push(process.env['KERNEL_SRC']);
  return [...new Set(roots)].flatMap(treeAt);
}

/** Numbers of parameters with which `name` is declared, defined or #defined at the left margin. */
function declared(text: string, name: string): readonly number[] {
  const patterns = [
    new RegExp(`^(?!#)[A-Za-z_][^\\n;{}=()]*\\b${name}\\s*\\(([^()]*)\\)`, 'gm'),
    new RegExp(`^${name}\\s*\\(([^()]*)\\)`, 'gm'),
    new RegExp(`^#\\s*define\\s+${name}\\(([^()]*)\\)`, 'gm'),
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => {
      const list = (match[1] ?? '').trim();
      return list === '' || list === 'void' ? 0 : list.split(',').length;
    }),
  );
}

const found = trees();

describe.skipIf(found.length === 0)('against kernel sources (skipped: no tree at KERNEL_SRC or /root/kernel)', () => {
  describe.each(found.map((tree) => [`${tree.kernel.major}.${tree.kernel.minor}`, tree] as const))('%s', (_, tree) => {
    const text = headers
      .map((file) => join(tree.root, file))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
      .replace(/\/\*[\s\S]*?\*\//g, '');

    it.each(facts.acquires.map((fact) => [fact.name, fact] as const))('acquire %s', (name, fact) => {
      const form = facts.formIn(fact, tree.kernel);
      const counts = declared(text, name);
      if (!form) return expect(counts).toEqual([]);
      expect(counts).toContain(form.params.length);
      // Not only the number: the whole prototype, as the header or an inline definition has it.
      expect(text.replace(/\s+/g, ' ')).toContain(form.prototype.replace(/;$/, ''));
      return undefined;
    });

    it.each([...new Set(releases.map((fact) => fact.name))])('release %s', (name) => {
      const fact = releases.find((candidate) => candidate.name === name && inRange(candidate, tree.kernel));
      const counts = declared(text, name);
      if (!fact) return expect(counts).toEqual([]);
      expect(counts.length).toBeGreaterThan(0);
      if (fact.prototype) {
        const list = /\(([^()]*)\)/.exec(fact.prototype)?.[1] ?? '';
        expect(counts).toContain(list.split(',').length);
      }
      return undefined;
    });

    it('flags: those said to be there are, with their 6.12 values in 6.12', () => {
      for (const flag of facts.flags) {
        const there = new RegExp(`\\b${flag.name}\\s*=|#define\\s+${flag.name}\\b`).test(text);
        expect(there, flag.name).toBe(inRange(flag, tree.kernel));
        if (!there || tree.kernel.major !== 6 || tree.kernel.minor !== 12) continue;
        const shift = new RegExp(`\\b${flag.name}\\s*=\\s*1\\s*<<\\s*(\\d+)`).exec(text)?.[1];
        expect(flag.value, flag.name).toBe(1 << Number(shift));
      }
    });
  });
});
