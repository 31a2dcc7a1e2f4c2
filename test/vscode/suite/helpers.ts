/** What the suites share: files of the test workspace, and waiting for the editor. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type CodeAction,
  type CodeActionKind,
  type Diagnostic,
  Range,
  type TextDocument,
  type TextEditor,
  Uri,
  WorkspaceEdit,
  commands,
  languages,
  window,
  workspace,
} from 'vscode';

/** Milliseconds that an answer of the server may take on a busy machine. */
const PATIENCE = 20_000;

/** The folder that is open: a copy of examples/. */
export function workspaceFolder(): string {
  const folder = workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return folder.uri.fsPath;
}

let files = 0;

/** Writes a file into a folder of its own and opens it. `beside` are further files there. */
export async function openText(
  text: string,
  beside: Record<string, string> = {},
  name = 'test.c',
): Promise<TextEditor> {
  const folder = join(workspaceFolder(), `t${++files}`);
  mkdirSync(folder);
  for (const [path, content] of Object.entries({ ...beside, [name]: text })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return window.showTextDocument(await workspace.openTextDocument(Uri.file(join(folder, name))));
}

/** Opens a copy of a file of examples/, with the headers beside it. */
export function openExample(name: string): Promise<TextEditor> {
  const text = (file: string): string => readFileSync(join(workspaceFolder(), 'vgrab', file), 'utf8');
  return openText(text(name), { 'vgrab.h': text('vgrab.h'), 'vgrab_ioctl.h': text('vgrab_ioctl.h') }, name);
}

/** Pinscope's diagnostics of a document, by line. */
export function findings(document: TextDocument): Diagnostic[] {
  return languages
    .getDiagnostics(document.uri)
    .filter((one) => one.source === 'pinscope')
    .sort((a, b) => a.range.start.compareTo(b.range.start));
}

/** The rule of a diagnostic. */
export function ruleOf(diagnostic: Diagnostic): string {
  const { code } = diagnostic;
  return String(typeof code === 'object' ? code.value : code);
}

/** The rules reported for a document, in the order of the lines. */
export function rules(document: TextDocument): string[] {
  return findings(document).map(ruleOf);
}

/** Polls until `get` gives something that is not undefined or false. `what` is for the message. */
export async function until<T>(what: string, get: () => T | undefined | false, patience = PATIENCE): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const value = get();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Waits until the reported rules are these. */
export async function rulesBecome(document: TextDocument, expected: readonly string[]): Promise<void> {
  const same = (): boolean => JSON.stringify(rules(document)) === JSON.stringify(expected);
  await until('diagnostics', same).catch((error: Error) => {
    assert.deepEqual(rules(document), expected, error.message);
  });
}

/** The finding of a rule, once it is there. */
export function finding(document: TextDocument, rule: string): Promise<Diagnostic> {
  return until(`a finding of ${rule}`, () => findings(document).find((one) => ruleOf(one) === rule));
}

/** Code actions at a range with their edits, as the light bulb would get them. */
export async function actions(document: TextDocument, range: Range, kind: CodeActionKind): Promise<CodeAction[]> {
  return commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, kind.value, 20);
}

/** Replaces the first occurrence of `from`. */
export async function replace(document: TextDocument, from: string, to: string): Promise<void> {
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, `the text has ${from}`);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(at), document.positionAt(at + from.length)), to);
  assert.ok(await workspace.applyEdit(edit));
}

/** Process ids of the language servers that this extension host started. */
export function serverProcesses(): number[] {
  try {
    const args = ['-P', String(process.pid), '-f', join('dist', 'server.js')];
    return execFileSync('pgrep', args, { encoding: 'utf8' }).trim().split('\n').map(Number);
  } catch {
    // pgrep found none.
    return [];
  }
}

/** A function with a pin that is released by the wrong call. */
export const WRONG_RELEASE = `#include <linux/mm.h>

int touch(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
`;
