/** The `//@` annotations of snippets: problems while typing, and completion (which Pinscope offers nowhere else: it lives beside clangd). */
import {
  CompletionItemKind,
  DiagnosticSeverity,
  InsertTextFormat,
  MarkupKind,
  type CompletionItem,
  type Diagnostic,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  checkPlaces,
  completeAnnotation,
  functionsOf,
  parseAnnotations,
  type Completion,
} from '../../language/annotations/index.ts';
import { fallibleCalls, knownVersions } from '../../language/kernel/index.ts';
import { SOURCE, toRange } from './convert.ts';
import type { Session } from './session.ts';

/** Characters after which an editor asks for completion: in comments it asks at no others. */
export const ANNOTATION_TRIGGERS: readonly string[] = ['@', ' ', '=', ',', ':'];

const KINDS: Record<Completion['kind'], CompletionItemKind> = {
  keyword: CompletionItemKind.Keyword,
  option: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Reference,
};

/** Annotations that cannot be read, or stand where they mean nothing. */
export function annotationDiagnostics(document: TextDocument): Diagnostic[] {
  const text = document.getText();
  const { list, problems } = parseAnnotations(text);
  if (list.length === 0 && problems.length === 0) return [];
  const say = (
    span: { start: number; end: number },
    code: string,
    severity: DiagnosticSeverity,
    message: string,
  ): Diagnostic => ({ range: toRange(document, span), severity, source: SOURCE, code, message });
  return [
    ...problems.map((one) => say(one, 'annotation', DiagnosticSeverity.Error, `${one.message}.`)),
    ...checkPlaces(list, functionsOf(text)).map((one) =>
      say(
        one,
        'annotation',
        one.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
        `${one.message}.`,
      ),
    ),
  ];
}

/** textDocument/completion inside of `//@` comments. */
export function registerAnnotations(session: Session): void {
  session.connection.onCompletion(({ textDocument: { uri }, position }): CompletionItem[] => {
    const document = session.documents.get(uri);
    if (!document) return [];
    const text = document.getText();
    // Calls that the file makes come first.
    const isUsed = (call: string): boolean => text.includes(`${call}(`);
    const used = fallibleCalls.filter(isUsed);
    const calls = [...used, ...fallibleCalls.filter((call) => !used.includes(call))];
    const kernels = [...knownVersions].reverse();
    return completeAnnotation(text, document.offsetAt(position), { calls, kernels }).map((one, order) => ({
      label: one.label,
      kind: KINDS[one.kind],
      ...(one.detail && { detail: one.detail }),
      ...(one.doc && { documentation: { kind: MarkupKind.Markdown, value: one.doc } }),
      sortText: String(order).padStart(4, '0'),
      insertTextFormat: InsertTextFormat.PlainText,
      textEdit: { range: toRange(document, one.replace), newText: one.text },
      ...(one.more && { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } }),
    }));
  });
}
