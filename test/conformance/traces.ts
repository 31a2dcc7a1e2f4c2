/** Where traces come from: the project's packed copy, or a folder of JSON files. */
import { brotliDecompressSync } from 'node:zlib';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Trace } from './replay.ts';

/** The packed traces beside this file: one brotli-compressed JSON-lines file per kernel. */
export function packedTraces(dir: string, kernel?: string): Trace[] {
  const out: Trace[] = [];
  for (const f of readdirSync(dir).sort()) {
    const m = /^traces\.(.+)\.jsonl\.br$/.exec(f);
    if (!m || (kernel && !m[1]!.startsWith(kernel))) continue;
    for (const line of brotliDecompressSync(readFileSync(join(dir, f)))
      .toString('utf8')
      .split('\n'))
      if (line) out.push(JSON.parse(line) as Trace);
  }
  return out;
}
/** Traces of a folder: `*.json`, and those of folders named after kernels within it. */
export function folderTraces(dir: string, kernel?: string): Trace[] {
  if (!existsSync(dir)) throw new Error(`no folder ${dir}`);
  const out: Trace[] = [];
  for (const f of readdirSync(dir).sort()) {
    const path = join(dir, f);
    if (statSync(path).isDirectory()) out.push(...folderTraces(path, kernel));
    else if (f.endsWith('.json')) {
      const t = JSON.parse(readFileSync(path, 'utf8')) as Trace;
      if (Array.isArray(t.steps) && (!kernel || t.kernel.startsWith(kernel))) out.push(t);
    } else if (f.endsWith('.jsonl')) {
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        if (!line) continue;
        const t = JSON.parse(line) as Trace;
        if (Array.isArray(t.steps) && (!kernel || t.kernel.startsWith(kernel))) out.push(t);
      }
    }
  }
  return out;
}
