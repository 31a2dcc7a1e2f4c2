/** Every fix that is offered for the examples of the rules, and for snippets of bad input, holds what a fix promises. */
import { describe, expect, it } from 'vitest';
import { rules } from '../../../server/rules/index.ts';
import type { RuleId } from '../../../server/findings.ts';
import { target, testParser } from '../language-c/helpers.ts';
import { theAnalyser } from '../rules/check.ts';
import { auditFixes, type Audit } from './audit.ts';

async function audited(text: string, kernels: readonly string[] = ['6.12']): Promise<Audit> {
  const engines = { analyser: await theAnalyser(), parser: await testParser() };
  const targets = kernels.map((kernel) => target(kernel));
  const audit = auditFixes(engines, { path: '/t/audit.c', text, headers: [], targets, crlf: true });
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
    for (const example of meta.examples) {
      it(`${meta.id}: ${example.title}`, async () => {
        const audit = await audited(example.bad.replace(/ *\/\/~.*$/gm, ''));
        sound(audit);
        const own = audit.findings.filter((f) => f.rule === (meta.id satisfies RuleId));
        if (meta.fixable) for (const f of own) expect(f.fixes().length > 0 || f.fixNote?.() !== undefined).toBe(true);
      });
    }
  }
});
