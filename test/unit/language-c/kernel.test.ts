import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildCfg, parseVariants } from '../../../language/c/index.ts';
import { target, testParser } from './helpers.ts';

const kernel = findKernel();

/** KERNEL_SRC, the tree extracted beside us, or the Debian package's tarball (extracted once, C files only). */
function findKernel(): string {
  if (process.env.KERNEL_SRC) return process.env.KERNEL_SRC;
  const tree = '/root/kernel/linux-source-6.12';
  const tarball = '/usr/src/linux-source-6.12.tar.xz';
  if (existsSync(tree) || !existsSync(tarball)) return tree;
  const to = join(tmpdir(), 'pinscope-kernel');
  if (!existsSync(join(to, 'linux-source-6.12'))) {
    mkdirSync(to, { recursive: true });
    execFileSync('tar', ['-xJf', tarball, '-C', to, '--wildcards', '*.c']);
  }
  return join(to, 'linux-source-6.12');
}

const FAMILY =
  'get_user_pages\\w*|pin_user_pages\\w*|get_user_page_\\w+|iov_iter_get_pages\\w*|iov_iter_extract_pages|memfd_pin_folios|get_user_pages_fast\\w*|unpin_user_\\w+';

test.skipIf(!existsSync(kernel))(
  `every function that calls the gup family has a body without errors (needs the kernel sources: KERNEL_SRC or ${kernel})`,
  async () => {
    const parser = await testParser();
    const dirs = readdirSync(kernel, { withFileTypes: true })
      .filter((d) => d.isDirectory() && !['Documentation', 'tools', 'samples'].includes(d.name))
      .map((d) => d.name);
    const files = execFileSync('grep', ['-rlE', '--include=*.c', `\\b(${FAMILY})\\(`, ...dirs], {
      cwd: kernel,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
      .trim()
      .split('\n');
    const family = new RegExp(`\\b(?:${FAMILY})\\s*\\(`);
    const bad: string[] = [];
    let functions = 0;
    let calling = 0;
    for (const path of files) {
      const text = readFileSync(join(kernel, path), 'utf8');
      for (const unit of parseVariants(parser, { path, text, headers: [], target: target('6.12') })) {
        for (const f of unit.functions) {
          functions++;
          if (!family.test(text.slice(f.bodySpan.start, f.bodySpan.end))) continue;
          calling++;
          if (f.hasError) bad.push(`${path}: ${f.name}`);
          expect(buildCfg(f).nodes.length).toBeGreaterThan(1);
        }
        // No call may be lost in a part of the file that was not recognised as a function.
        for (const m of text.matchAll(new RegExp(`^[ \\t]+[^\\n*/#]*\\b(?:${FAMILY})\\(`, 'gm'))) {
          if (!unit.functions.some((f) => f.start <= m.index && m.index < f.end))
            bad.push(`${path}:${text.slice(0, m.index).split('\n').length}: outside of any function`);
        }
      }
      parser.close(path);
    }
    console.log(`${files.length} files, ${functions} functions, ${calling} of them call the family`);
    expect(bad).toEqual([]);
    expect(calling).toBeGreaterThan(80);
  },
  300_000,
);
