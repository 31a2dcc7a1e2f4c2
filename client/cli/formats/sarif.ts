/** `--format sarif`: SARIF 2.1.0, one run; the path of a finding is its code flow. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Sarif from 'sarif';
import type { Level, RuleMeta } from '../../../server/findings.ts';
import { TOOL } from '../about.ts';
import type { Place, ReportedFinding, ReportedFix, ReportedNotice } from '../report.ts';
import { shownPath, type Formatter } from './format.ts';

const LEVELS: Record<Level, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};
const ROOT = 'SRCROOT';

export const formatSarif: Formatter = (outcome) => {
  const { cwd, rules } = outcome;
  const file = (path: string): Sarif.ArtifactLocation => {
    const shown = shownPath(path, cwd);
    // Outside of the working folder there is no relative URI that others could follow.
    if (shown === path) return { uri: pathToFileURL(path).href };
    return { uri: shown.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT };
  };
  const region = ({ line, column, endLine, endColumn }: Place): Sarif.Region => ({
    startLine: line,
    startColumn: column,
    endLine,
    endColumn,
  });
  const physical = (place: Place): Sarif.PhysicalLocation => ({
    artifactLocation: file(place.path),
    region: region(place),
  });
  const logical = (name: string): Sarif.LogicalLocation[] => (name === '' ? [] : [{ name, kind: 'function' }]);

  const fix = ({ title, edits }: ReportedFix): Sarif.Fix => {
    const paths = [...new Set(edits.map((edit) => edit.place.path))];
    return {
      description: { text: title },
      artifactChanges: paths.map((path) => ({
        artifactLocation: file(path),
        replacements: edits
          .filter((edit) => edit.place.path === path)
          .map(({ place, newText }) => ({
            deletedRegion: region(place),
            ...(newText !== '' && { insertedContent: { text: newText } }),
          })),
      })),
    };
  };

  const result = (one: ReportedFinding): Sarif.Result => ({
    ruleId: one.rule,
    ...(rules.some((rule) => rule.id === one.rule) && { ruleIndex: rules.findIndex((rule) => rule.id === one.rule) }),
    level: LEVELS[one.level],
    message: { text: one.message },
    locations: [
      {
        physicalLocation: physical(one.place),
        ...(one.functionName !== '' && { logicalLocations: logical(one.functionName) }),
      },
    ],
    ...(one.steps.length > 0 && {
      codeFlows: [
        {
          message: { text: `From the acquire to the fault in ${one.functionName || basename(one.place.path)}` },
          threadFlows: [
            {
              locations: one.steps.map((step, i) => ({
                location: { physicalLocation: physical(step.place), message: { text: step.message } },
                executionOrder: i + 1,
                importance: step.role === 'branch' ? 'important' : 'essential',
                properties: { role: step.role },
              })),
            },
          ],
        },
      ],
      relatedLocations: one.steps.map((step, id) => ({
        id,
        physicalLocation: physical(step.place),
        message: { text: step.message },
      })),
    }),
    partialFingerprints: { 'pinscope/v1': one.fingerprint },
    ...(one.fixes.length > 0 && { fixes: one.fixes.filter((each) => each.edits.length > 0).map(fix) }),
    properties: { kernels: [...one.kernels], ...(one.caseNumber !== undefined && { caseNumber: one.caseNumber }) },
  });

  const notification = (one: ReportedNotice): Sarif.Notification => ({
    descriptor: { id: one.kind },
    level: one.kind === 'internal' || one.kind === 'rule-failed' ? 'error' : 'note',
    message: { text: one.message },
    locations: [{ physicalLocation: one.place ? physical(one.place) : { artifactLocation: file(one.path) } }],
  });

  const log: Sarif.Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: TOOL.name,
            version: TOOL.version,
            semanticVersion: TOOL.version,
            rules: rules.map(descriptor),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { uri: `${pathToFileURL(cwd).href.replace(/\/$/, '')}/` } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: outcome.notices.map(notification) }],
        results: [
          ...outcome.findings.map(result),
          ...outcome.suppressed.map(({ finding, reason }) => ({
            ...result(finding),
            suppressions: [{ kind: 'inSource' as const, ...(reason !== '' && { justification: reason }) }],
          })),
          ...outcome.baselined.map((one) => ({
            ...result(one),
            suppressions: [{ kind: 'external' as const, justification: 'in the baseline file' }],
          })),
        ],
        properties: { kernels: [...outcome.kernels] },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};

function descriptor(rule: RuleMeta): Sarif.ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.id
      .split('-')
      .map((word) => word[0]?.toUpperCase() + word.slice(1))
      .join(''),
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.summary },
    help: { text: rule.docs, markdown: rule.docs },
    defaultConfiguration: { level: LEVELS[rule.level] },
    properties: { source: rule.source, fixable: rule.fixable },
  };
}
