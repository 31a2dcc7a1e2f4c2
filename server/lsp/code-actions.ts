/** Code actions: the fixes of findings, comments that silence a finding, and fix-all. */
import {
  CodeActionKind,
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { applyEdits, fixAll, isSound, lineEdit } from '../apply-fixes.ts';
import type { Finding, Fix, TextEdit } from '../findings.ts';
import { choicesOf } from '../path-choices.ts';
import { filesOf, FIX_ALL_KIND, toDiagnostic, toWorkspaceEdit } from './convert.ts';
import { stopIf, type Analysed, type Session } from './session.ts';

/** What a quick fix carries until it is resolved: enough to find it again in the analysis. */
interface ActionData {
  readonly uri: string;
  readonly version: number;
  readonly rule: string;
  readonly fingerprint: string;
  readonly start: number;
  readonly title: string;
}

/** textDocument/codeAction and its resolve: quick fixes, suppression comments, source.fixAll.pinscope. */
export function registerCodeActions(session: Session): void {
  const { connection } = session;
  connection.onCodeAction(async (params, token) => {
    const act = async (analysed: Analysed): Promise<CodeAction[]> => {
      const actions: CodeAction[] = [];
      if (wants(params, CodeActionKind.QuickFix)) actions.push(...quickFixes(params, analysed, session));
      if (params.context.only !== undefined && wants(params, FIX_ALL_KIND)) {
        const action = await fixAllAction(analysed, session, token);
        if (action) actions.push(action);
      }
      return actions;
    };
    return (
      (await onCurrentText(params.textDocument.uri, session, token, act, (all) => all.map((one) => one.edit))) ?? []
    );
  });
  connection.onCodeActionResolve(async (action, token) => {
    const data = action.data as ActionData | undefined;
    if (action.edit || data === undefined) return action;
    const editOf = (analysed: Analysed): WorkspaceEdit | undefined => {
      if (analysed.version !== data.version) return undefined;
      const finding = analysed.result.findings.find(
        (one) => one.rule === data.rule && one.fingerprint === data.fingerprint && one.span.start === data.start,
      );
      const fix = finding && soundFixes(finding, analysed, session).find((one) => one.title === data.title);
      return fix && toWorkspaceEdit(fix.edits, analysed, session);
    };
    const edit = await onCurrentText(data.uri, session, token, editOf, (one) => [one]);
    return edit ? { ...action, edit } : action;
  });
}

/** What `make` makes of an analysis; made once more where a file that it edits turns out to be another by now. */
async function onCurrentText<T>(
  uri: string,
  session: Session,
  token: CancellationToken,
  make: (analysed: Analysed) => T | undefined | Promise<T | undefined>,
  editsOf: (made: T) => readonly (WorkspaceEdit | undefined)[],
): Promise<T | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const analysed = await session.analyse(uri, token);
    const made = analysed && (await make(analysed));
    if (!analysed || made === undefined) return undefined;
    const files = new Set(editsOf(made).flatMap((edit) => (edit ? filesOf(edit) : [])));
    if (await session.areCurrent(analysed, files)) return made;
  }
  return undefined;
}

/** Is the kind, or one above it, asked for? */
function wants({ context: { only } }: CodeActionParams, kind: string): boolean {
  return only === undefined || only.some((one) => one === '' || kind === one || kind.startsWith(`${one}.`));
}

function soundFixes(finding: Finding, analysed: Analysed, session: Session): Fix[] {
  const texts = textsOf(analysed);
  try {
    return finding.fixes().filter((fix) => isSound(fix, texts));
  } catch (error) {
    session.problems.report({
      kind: 'rule-failed',
      path: finding.path,
      message: `The fix of rule ${finding.rule} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    });
    return [];
  }
}

function textsOf({ document, headers }: Analysed): Map<string, string> {
  return new Map([...headers.map((header) => [header.path, header.text] as const), [document.uri, document.getText()]]);
}

function quickFixes(params: CodeActionParams, analysed: Analysed, session: Session): CodeAction[] {
  const { document, version, result } = analysed;
  const from = document.offsetAt(params.range.start);
  const to = document.offsetAt(params.range.end);
  const hit = result.findings.filter(
    (finding) => finding.path === document.uri && finding.span.start <= to && finding.span.end >= from,
  );
  const isLazy = session.capabilities.textDocument?.codeAction?.resolveSupport?.properties.includes('edit') ?? false;
  const canDisable = session.capabilities.textDocument?.codeAction?.disabledSupport ?? false;
  const repairs: CodeAction[] = [];
  const simulations: CodeAction[] = [];
  const silencers: CodeAction[] = [];
  for (const finding of hit) {
    const diagnostic = toDiagnostic(finding, analysed, session);
    if (!diagnostic) continue;
    const common = { kind: CodeActionKind.QuickFix, diagnostics: [diagnostic] };
    const fixes = soundFixes(finding, analysed, session);
    for (const fix of fixes) {
      const data: ActionData = {
        uri: document.uri,
        version,
        rule: finding.rule,
        fingerprint: finding.fingerprint,
        start: finding.span.start,
        title: fix.title,
      };
      const edit = isLazy ? undefined : toWorkspaceEdit(fix.edits, analysed, session);
      if (!isLazy && !edit) continue;
      repairs.push({
        ...common,
        title: fix.title,
        ...(fix.preferred && { isPreferred: true }),
        ...(edit ? { edit } : { data }),
      });
    }
    const reason = fixes.length === 0 && canDisable ? finding.fixNote?.() : undefined;
    if (reason !== undefined) repairs.push({ ...common, title: `Repair ${finding.rule}`, disabled: { reason } });
    const run = simulation(finding, analysed, session);
    if (run) simulations.push({ ...common, ...run });
    for (const { title, edit: comment } of suppressions(finding, document.getText())) {
      const edit = toWorkspaceEdit([comment], analysed, session);
      if (edit) silencers.push({ ...common, title, edit });
    }
  }
  return [...repairs, ...simulations, ...silencers];
}

/** The run that takes the path of a finding, where the client has a simulator. */
function simulation(
  finding: Finding,
  { document, headers }: Analysed,
  session: Session,
): Pick<CodeAction, 'title' | 'command'> | undefined {
  const command = session.options.simulatePath;
  const textOf = (path: string): string | undefined =>
    path === document.uri ? document.getText() : headers.find((header) => header.path === path)?.text;
  const choices = command === undefined ? undefined : choicesOf(finding, textOf);
  if (command === undefined || !choices) return undefined;
  const title = 'Simulate this path';
  return { title, command: { title, command, arguments: [document.uri, choices] } };
}

/** Comments that silence a finding: above its line, and for the whole file. */
function suppressions(
  { rule, path, span }: Finding,
  text: string,
): { readonly title: string; readonly edit: TextEdit }[] {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const end = text[lineEnd - 1] === '\r' ? '\r\n' : '\n';
  const insert = (at: number, newText: string): TextEdit => ({ path, span: { start: at, end: at }, newText });
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const before = text.slice(0, lineStart).replace(/\r?\n$/, '');
  const actions = [
    { title: `Suppress ${rule} in this file`, edit: insert(0, `/* pinscope-ignore-file ${rule}: reason */${end}`) },
  ];
  // Within a macro's definition a line of its own would cut the definition in two.
  if (!before.endsWith('\\')) {
    actions.unshift({
      title: `Suppress ${rule} for this line`,
      edit: insert(lineStart, `${indent}/* pinscope-ignore ${rule}: reason */${end}`),
    });
  }
  return actions;
}

async function fixAllAction(
  analysed: Analysed,
  session: Session,
  token: CancellationToken,
): Promise<CodeAction | undefined> {
  const analyse = await session.analyseText(analysed, token);
  if (!analyse) return undefined;
  const texts = textsOf(analysed);
  let isFirst = true;
  const outcome = fixAll(texts, (now) => {
    // The first pass is the analysis that is there already.
    const result = isFirst ? analysed.result : analyse(now);
    isFirst = false;
    return result;
  });
  stopIf(token);
  if (outcome.changed.size === 0) return undefined;
  const edits =
    outcome.edits ?? [...outcome.changed].flatMap(([path, text]) => lineEdit(path, texts.get(path) ?? '', text) ?? []);
  const edit = toWorkspaceEdit(edits, analysed, session);
  const isTrue = [...outcome.changed].every(
    ([path, text]) =>
      applyEdits(
        texts.get(path) ?? '',
        edits.filter((one) => one.path === path),
      ) === text,
  );
  return edit && isTrue ? { title: 'Apply all safe Pinscope fixes', kind: FIX_ALL_KIND, edit } : undefined;
}
