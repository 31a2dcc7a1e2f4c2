/** Every fix that is offered for the examples of the rules, and for snippets of bad input, holds what a fix promises. */
import { describe, expect, it } from 'vitest';
import { rules } from '../../../server/rules/index.ts';
import type { RuleId } from '../../../server/findings.ts';
import { target, testParser } from '../language-c/helpers.ts';
import { theAnalyser } from '../rules/check.ts';
import { auditFixes, type Audit } from './audit.ts';
import { snippets } from './snippets.ts';

async function audited(text: string, kernels: readonly string[] = ['6.12'], crlf = true): Promise<Audit> {
  const engines = { analyser: await theAnalyser(), parser: await testParser() };
  const targets = kernels.map((kernel) => target(kernel));
  const audit = auditFixes(engines, { path: '/t/audit.c', text, headers: [], targets, crlf });
  engines.analyser.close('/t/audit.c');
  return audit;
}

/** No fix has a problem; every finding of a rule that has fixes is repaired, or says why not. */
function sound(audit: Audit): void {
  expect(
    audit.fixes.flatMap((f) => f.problems.map((p) => `${f.finding.rule} [${f.fix.title}]: ${p}\n${f.result}`)),
  ).toEqual([]);
}

describe('examples', () => {
  for (const { meta } of rules) {
    let repaired = false;
    for (const example of meta.examples) {
      it(`${meta.id}: ${example.title}`, async () => {
        const audit = await audited(example.bad.replace(/ *\/\/~.*$/gm, ''));
        sound(audit);
        repaired ||= audit.fixes.some((f) => f.finding.rule === (meta.id satisfies RuleId));
      });
    }
    if (meta.fixable)
      it(`${meta.id}: there is a fix for one of them`, () => {
        expect(repaired).toBe(true);
      });
  }
});

describe('snippets', () => {
  for (const [name, text] of Object.entries(snippets)) {
    it(name, async () => {
      const audit = await audited(text);
      sound(audit);
      expect(audit.findings.length, 'a finding').toBeGreaterThan(0);
      const unfixed = audit.unfixed.filter((f) => f.level === 'error' || f.level === 'warning');
      expect(unfixed.map((f) => `${f.rule}: ${f.message} ${f.fixNote?.() ?? ''}`)).toEqual([]);
    });
  }
});

describe('bad input', () => {
  it('unfinished code gets sound fixes or none', { timeout: 60_000 }, async () => {
    for (const [name, text] of Object.entries(snippets)) {
      for (const part of [0.6, 0.8, 0.95]) {
        const audit = await audited(text.slice(0, Math.floor(text.length * part)), ['6.12'], false);
        expect(audit.fixes.flatMap((f) => f.problems.map((p) => `${name} ${part} [${f.fix.title}]: ${p}`))).toEqual([]);
      }
    }
  });
  it('a release that a macro of another file makes is not edited', async () => {
    const text = `#include "drop.h"
${snippets['a loop over the array']!.replace('put_page(r->pages[i])', 'DROP(r->pages[i])')}`;
    const headers = [{ path: '/t/drop.h', text: '#define DROP(p) put_page(p)\n' }];
    const engines = { analyser: await theAnalyser(), parser: await testParser() };
    const input = { path: '/t/audit.c', text, headers, targets: [target('6.12')] };
    const audit = auditFixes(engines, input);
    expect(audit.fixes.filter((f) => f.finding.rule === 'get-for-dma')).toEqual([]);
    const finding = audit.findings.find((f) => f.rule === 'get-for-dma');
    expect(finding?.fixNote?.()).toMatch(/macro DROP/);
  });
});
