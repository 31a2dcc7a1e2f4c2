/**
 * `--format json`. Its shape is a contract (docs/cli.md): `version` rises when something is taken away or changes its
 * meaning; new members may come. Lines and columns count from 1, offsets from 0, both in UTF-16 units.
 */
import { TOOL } from '../about.ts';
import type { Place, ReportedFinding, ReportedNotice } from '../report.ts';
import { shownPath, type Formatter } from './format.ts';

export const formatJson: Formatter = (outcome) => {
  const place = ({ path, start, end, line, column, endLine, endColumn }: Place) => ({
    path: shownPath(path, outcome.cwd),
    line,
    column,
    endLine,
    endColumn,
    start,
    end,
  });
  const finding = (one: ReportedFinding) => ({
    rule: one.rule,
    level: one.level,
    ...place(one.place),
    function: one.functionName,
    message: one.message,
    case: one.caseNumber ?? null,
    kernels: one.kernels,
    fingerprint: one.fingerprint,
    steps: one.steps.map((step) => ({ ...place(step.place), role: step.role, message: step.message })),
    fixes: one.fixes.map(({ title, safe, preferred, edits }) => ({
      title,
      safe,
      preferred,
      edits: edits.map((edit) => ({ ...place(edit.place), newText: edit.newText })),
    })),
    fixNote: one.fixNote ?? null,
  });
  const notice = (one: ReportedNotice) => ({
    kind: one.kind,
    path: shownPath(one.path, outcome.cwd),
    line: one.place?.line ?? null,
    column: one.place?.column ?? null,
    message: one.message,
  });
  return `${JSON.stringify(
    {
      version: 1,
      tool: TOOL,
      kernels: outcome.kernels,
      filesChecked: outcome.filesChecked,
      findings: outcome.findings.map(finding),
      suppressed: outcome.suppressed.map(({ finding: one, reason }) => ({ ...finding(one), reason })),
      baselined: outcome.baselined.map(finding),
      notices: outcome.notices.map(notice),
    },
    null,
    2,
  )}\n`;
};
