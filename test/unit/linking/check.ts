/** One way to test analysis across files: the files of a driver with `//~ rule-id` markers → findings of all of them. */
import { expect } from 'vitest';
import type { Finding, RuleId } from '../../../server/findings.ts';
import { collectHeaders } from '../../../server/headers.ts';
import { Driver } from '../../../server/linking/driver.ts';
import { lineOf } from '../../../server/rules/rule.ts';
import { theAnalyser } from '../rules/check.ts';

const KERNEL = { major: 6, minor: 12, patch: 0 };
let serial = 0;

/** All files of a folder, each analysed as the clients do. */
async function analyseDriver(files: Readonly<Record<string, string>>): Promise<Finding[]> {
  const analyser = await theAnalyser();
  const folder = `/driver${serial++}`;
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
  const driver = new Driver();
  for (const [path, text] of texts) if (path.endsWith('Makefile')) driver.setMakefile(path, text);
  for (const [path, text] of texts) if (/\.[ch]$/.test(path)) driver.set(path, text);
  const headersOf = (path: string) =>
    collectHeaders(path, texts.get(path) ?? '', {
      resolve: (from, spec) => `${from.slice(0, from.lastIndexOf('/'))}/${spec}`,
      read: (header) => texts.get(header),
    });
  const found = new Map<string, Finding>();
  for (const [path, text] of texts) {
    if (!path.endsWith('.c')) continue;
    const linked = driver.linksOf(path).map((link) => ({
      ...link,
      text: texts.get(link.path) ?? '',
      headers: headersOf(link.path),
    }));
    const result = analyser.analyse(
      { path, text, headers: headersOf(path), linked },
      { targets: [{ kernel: KERNEL, defines: new Map() }], severity: {} },
    );
    analyser.close(path);
    expect(result.notices.filter((n) => n.kind === 'internal' || n.kind === 'rule-failed')).toEqual([]);
    for (const f of result.findings) found.set(`${f.path}:${f.span.start}:${f.rule}`, f);
  }
  return [...found.values()].map((f) => ({ ...f, path: f.path.slice(folder.length + 1) }));
}

/** Checks that exactly the marked lines have findings; `only` looks at one rule. Gives the findings. */
export async function checkDriver(files: Readonly<Record<string, string>>, only?: RuleId): Promise<Finding[]> {
  const all = await analyseDriver(files);
  const findings = all.filter((f) => (only ? f.rule === only : f.level === 'error' || f.level === 'warning'));
  const found = findings.map((f) => `${f.path}:${lineOf(files[f.path] ?? '', f.span.start)} ${f.rule}`);
  const expected = Object.entries(files).flatMap(([name, text]) =>
    text.split('\n').flatMap((line, i) => {
      const marker = /\/\/~\s*(.*)$/.exec(line)?.[1];
      return marker ? marker.split(',').map((rule) => `${name}:${i + 1} ${rule.trim()}`) : [];
    }),
  );
  expect(found.sort(), findings.map((f) => f.message).join('\n')).toEqual(expected.sort());
  return findings;
}
