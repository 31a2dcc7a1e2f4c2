/** `--format gitlab`: a Code Quality report (artifacts:reports:codequality), which GitLab shows in merge requests. */
import { createHash } from 'node:crypto';
import type { Level } from '../../../server/findings.ts';
import { shownPath, type Formatter } from './format.ts';

const SEVERITY: Record<Level, string> = { error: 'critical', warning: 'major', info: 'minor', hint: 'info' };

export const formatGitlab: Formatter = ({ findings, cwd }) => {
  const seen = new Map<string, number>();
  const issues = findings.map((one) => {
    const path = shownPath(one.place.path, cwd);
    // GitLab wants a name for each issue that stays when lines move: alike ones in a function are counted.
    const name = `${path}\n${one.fingerprint}`;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return {
      type: 'issue',
      check_name: one.rule,
      description: one.message,
      fingerprint: createHash('sha256').update(`${name}\n${count}`).digest('hex'),
      severity: SEVERITY[one.level],
      categories: ['Bug Risk'],
      location: { path, lines: { begin: one.place.line, end: one.place.endLine } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
};
