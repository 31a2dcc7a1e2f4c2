/** Findings → LSP. The only place where offsets become positions. */
import {
  CodeActionKind,
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  type Range,
  type TextDocumentEdit,
  type TextEdit as LspTextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../language/c/ast.ts';
import { byPath } from '../apply-fixes.ts';
import type { Finding, Level, Notice, TextEdit } from '../findings.ts';
import type { Analysed, Session } from './session.ts';

export const SOURCE = 'pinscope';
export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.pinscope`;

const SEVERITY: Record<Level, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** The LSP range (line, UTF-16 character) of a span. */
export function toRange(document: TextDocument, span: Span): Range {
  return { start: document.positionAt(span.start), end: document.positionAt(Math.max(span.start, span.end)) };
}

/** A finding as the editor shows it; `docs` is the folder of the rule pages. */
export function toDiagnostic(finding: Finding, analysed: Analysed, session: Session): Diagnostic | undefined {
  const document = analysed.documentOf(finding.path);
  if (!document || finding.path !== analysed.document.uri) return undefined;
  const docs = session.options.ruleDocs;
  const canRelate =
    session.capabilities.textDocument?.publishDiagnostics?.relatedInformation ??
    session.capabilities.textDocument?.diagnostic?.relatedInformation ??
    false;
  const related = canRelate ? relatedInformation(finding, analysed) : [];
  return {
    range: toRange(document, finding.span),
    severity: SEVERITY[finding.level],
    source: SOURCE,
    code: finding.rule,
    ...(docs !== undefined && { codeDescription: { href: `${docs.replace(/\/$/, '')}/${finding.rule}.md` } }),
    message: finding.message,
    ...(finding.rule === 'removed-api' && { tags: [DiagnosticTag.Deprecated] }),
    ...(related.length > 0 && { relatedInformation: related }),
  };
}

function relatedInformation(finding: Finding, analysed: Analysed): DiagnosticRelatedInformation[] {
  return finding.steps.flatMap((step) => {
    const document = analysed.documentOf(step.path);
    return document
      ? [{ location: { uri: step.path, range: toRange(document, step.span) }, message: step.message }]
      : [];
  });
}

/**
 * Unused suppressions are shown in the file, greyed out; that nothing of it was checked, at its begin. Other notices go to
 * the log.
 */
export function noticeDiagnostic(notice: Notice, analysed: Analysed): Diagnostic | undefined {
  if (notice.kind === 'syntax' && !notice.span)
    return {
      range: toRange(analysed.document, { start: 0, end: 0 }),
      severity: DiagnosticSeverity.Information,
      source: SOURCE,
      code: 'not-checked',
      message: notice.message,
    };
  if (notice.kind !== 'unused-suppression' || !notice.span) return undefined;
  return {
    range: toRange(analysed.document, notice.span),
    severity: DiagnosticSeverity.Information,
    source: SOURCE,
    code: 'unused-suppression',
    message: notice.message,
    tags: [DiagnosticTag.Unnecessary],
  };
}

/** Edits of any of the analysis's files, tied to the versions that were analysed. Undefined if one lies elsewhere. */
export function toWorkspaceEdit(
  edits: readonly TextEdit[],
  analysed: Analysed,
  session: Session,
): WorkspaceEdit | undefined {
  const changes: { uri: string; version: number | null; edits: LspTextEdit[] }[] = [];
  for (const [path, own] of byPath(edits)) {
    const document = analysed.documentOf(path);
    if (
      !document ||
      own.some(({ span }) => span.start < 0 || span.end < span.start || span.end > document.getText().length)
    )
      return undefined;
    const version = path === analysed.document.uri ? analysed.version : session.versionOf(path);
    changes.push({
      uri: path,
      version,
      edits: own.map((edit) => ({ range: toRange(document, edit.span), newText: edit.newText })),
    });
  }
  if (session.capabilities.workspace?.workspaceEdit?.documentChanges) {
    return {
      documentChanges: changes.map(({ uri, version, edits: own }): TextDocumentEdit => ({
        textDocument: { uri, version },
        edits: own,
      })),
    };
  }
  return { changes: Object.fromEntries(changes.map(({ uri, edits: own }) => [uri, own])) };
}

/** URIs of the files that an edit changes. */
export function filesOf({ documentChanges, changes }: WorkspaceEdit): string[] {
  const changed = (documentChanges ?? []).flatMap((change) =>
    'textDocument' in change ? [change.textDocument.uri] : [],
  );
  return [...changed, ...Object.keys(changes ?? {})];
}
