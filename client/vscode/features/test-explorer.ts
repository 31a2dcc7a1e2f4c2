/** Test Explorer: every snippet is a test, with a test for each of its properties. Nothing is read before somebody looks. */
import {
  debug,
  DeclarationCoverage,
  FileCoverage,
  l10n,
  Location,
  Position,
  Range,
  RelativePattern,
  StatementCoverage,
  TestMessage,
  TestRunProfileKind,
  tests,
  workspace,
  type CancellationToken,
  type FileCoverageDetail,
  type TestController,
  type TestItem,
  type TestRun,
  type TestRunRequest,
  type TextDocument,
  type Uri,
} from 'vscode';
import type { Coverage, Place, Run } from '../../../simulator/engine/protocol.ts';
import { Engine } from '../engine.ts';
import type { Host } from '../host.ts';
import { readSource, textOf } from '../simulator/source.ts';
import { judge, judgeFile, propertiesOf, type Failure, type Property } from '../tests/snippets.ts';
import { kernelToSimulate } from './kernel-versions.ts';

/** Files of a workspace that are looked at: a whole kernel has more, and none of them are snippets. */
const MAX_FILES = 3000;
/** Files that are read at once. */
const BATCH = 20;

/** The explorer's tests, and what is known of each. */
class Explorer {
  private readonly properties = new WeakMap<TestItem, Property>();
  /** What the children of a file were made from: most keystrokes change none of it. */
  private readonly texts = new WeakMap<TestItem, string>();
  private readonly coverage = new WeakMap<FileCoverage, FileCoverageDetail[]>();

  constructor(
    private readonly host: Host,
    private readonly controller: TestController,
  ) {}

  // ---- which tests there are

  /** Brings the item of a file up to its text; a file that is no snippet has none. */
  update(uri: Uri, text: string | undefined): void {
    const { items } = this.controller;
    const id = uri.toString();
    const properties = text === undefined ? undefined : propertiesOf(text);
    if (!properties) {
      items.delete(id);
      return;
    }
    let file = items.get(id);
    if (!file) {
      const name = workspace.asRelativePath(uri);
      items.add((file = this.controller.createTestItem(id, name.replace(/^.*\//, ''), uri)));
      const folder = name.replace(/\/?[^/]*$/, '');
      if (folder) file.description = folder;
      file.range = new Range(0, 0, 0, 0);
    }
    const same = JSON.stringify(properties);
    if (this.texts.get(file) === same) return;
    this.texts.set(file, same);
    const seen = new Map<string, number>();
    file.children.replace(
      properties.map((p) => {
        // A test is the same while its text is, wherever it moves.
        const count = (seen.get(p.text) ?? 0) + 1;
        seen.set(p.text, count);
        const item = this.controller.createTestItem(`${id}#${p.text}${count > 1 ? ` (${count})` : ''}`, p.text, uri);
        item.range = new Range(p.line - 1, 0, p.line - 1, 0);
        item.sortText = String(p.line).padStart(6, '0');
        this.properties.set(item, p);
        return item;
      }),
    );
  }
  /** Looks through the workspace. */
  async discover(): Promise<void> {
    const files = await workspace.findFiles('**/*.c', undefined, MAX_FILES);
    for (let i = 0; i < files.length; i += BATCH) {
      const batch = files.slice(i, i + BATCH);
      const texts = await Promise.all(batch.map(textOf));
      batch.forEach((uri, n) => this.update(uri, texts[n]));
    }
    for (const document of workspace.textDocuments) this.open(document);
  }
  open(document: TextDocument): void {
    if (document.languageId === 'c' && document.uri.scheme !== 'git') this.update(document.uri, document.getText());
  }

  // ---- running them

  /** Files that a request asks for, and which of their properties; undefined: all. */
  private asked(request: TestRunRequest): Map<TestItem, Set<TestItem> | undefined> {
    const out = new Map<TestItem, Set<TestItem> | undefined>();
    const wanted = request.include ?? [...this.controller.items].map(([, item]) => item);
    for (const item of wanted) {
      if (request.exclude?.includes(item)) continue;
      const file = item.parent;
      if (!file) out.set(item, undefined);
      else if (!out.has(file)) out.set(file, new Set([item]));
      else out.get(file)?.add(item);
    }
    return out;
  }

  async run(request: TestRunRequest, token: CancellationToken, how: 'run' | 'debug' | 'coverage'): Promise<void> {
    const run = this.controller.createTestRun(request);
    const engine = new Engine(this.host.startEngine);
    try {
      const files = this.asked(request);
      for (const file of files.keys()) run.enqueued(file);
      for (const [file, chosen] of files) {
        if (token.isCancellationRequested) run.skipped(file);
        else await this.runFile(run, engine, file, { chosen, exclude: request.exclude ?? [], how, token });
      }
    } finally {
      engine.dispose();
      run.end();
    }
  }

  private async runFile(
    run: TestRun,
    engine: Engine,
    file: TestItem,
    o: {
      readonly chosen: Set<TestItem> | undefined;
      readonly exclude: readonly TestItem[];
      readonly how: 'run' | 'debug' | 'coverage';
      readonly token: CancellationToken;
    },
  ): Promise<void> {
    const uri = file.uri!;
    const children = [...file.children].map(([, item]) => item).filter((item) => !o.exclude.includes(item));
    const items = o.chosen ? children.filter((item) => o.chosen!.has(item)) : children;
    run.started(file);
    for (const item of items) run.started(item);
    const started = performance.now();
    try {
      if (o.how === 'debug') await debugFile(uri, file.label);
      const source = await readSource(uri);
      if (!source) throw new Error(l10n.t('{0} can’t be read.', file.label));
      const params = { name: uri.toString(), source: source.text, headers: source.headers };
      const result = await engine.request('load', { ...params, options: kernelToSimulate(uri) }, o.token);
      const took = performance.now() - started;
      this.report(run, file, items, result, took, o.chosen === undefined);
      if (o.how === 'coverage' && result.length)
        this.addCoverage(run, uri, source.text, await engine.request('coverage', {}));
    } catch (error) {
      if (o.token.isCancellationRequested) {
        for (const item of [file, ...items]) run.skipped(item);
        return;
      }
      const message = new TestMessage(error instanceof Error ? error.message : String(error));
      for (const item of [file, ...items]) run.errored(item, message);
    }
  }

  private report(
    run: TestRun,
    file: TestItem,
    items: readonly TestItem[],
    result: Run,
    took: number,
    whole: boolean,
  ): void {
    const errors = result.problems.filter((p) => p.severity === 'error');
    if (errors.length) {
      const messages = errors.map((p) =>
        messageOf(file.uri!, { message: `${p.message}${p.advice ? `. ${p.advice}` : ''}`, line: p.line }),
      );
      for (const item of [file, ...items]) run.errored(item, messages, took);
      return;
    }
    const tell = (item: TestItem, failures: readonly Failure[]): void => {
      if (failures.length)
        run.failed(
          item,
          failures.map((f) => messageOf(file.uri!, f)),
          took,
        );
      else run.passed(item, took);
    };
    let broken = false;
    for (const item of items) {
      const { failures } = judge(result, this.properties.get(item)!);
      broken ||= failures.length > 0;
      tell(item, failures);
    }
    const { failures } = judgeFile(result);
    // A file that was asked for by some of its properties only says nothing of the others.
    if (failures.length || whole) {
      if (failures.length || !broken) tell(file, failures);
    }
    const verdict = result.ok ? l10n.t('ok') : l10n.t('failed');
    run.appendOutput(`${file.label}: ${verdict}, ${result.length} steps\r\n`, undefined, file);
    for (const f of result.faults)
      run.appendOutput(
        `  ${f.wanted ? '' : '! '}${f.kind}: ${f.text} (${f.actor}, step ${f.inevitable})\r\n`,
        f.line ? new Location(file.uri!, new Position(f.line - 1, 0)) : undefined,
        file,
      );
  }

  // ---- coverage

  private addCoverage(run: TestRun, uri: Uri, text: string, coverage: Coverage): void {
    const at = positions(text);
    const range = (p: Place): Range => new Range(at(p.start), at(p.end));
    const details = [
      ...coverage.statements.map((s) => new StatementCoverage(s.count, range(s))),
      ...coverage.functions.map((f) => new DeclarationCoverage(f.name, f.count, range(f))),
    ];
    const one = FileCoverage.fromDetails(uri, details);
    this.coverage.set(one, details);
    run.addCoverage(one);
  }
  details(coverage: FileCoverage): FileCoverageDetail[] {
    return this.coverage.get(coverage) ?? [];
  }
}

function messageOf(uri: Uri, f: Failure): TestMessage {
  const message =
    f.expected === undefined || f.actual === undefined
      ? new TestMessage(f.message)
      : TestMessage.diff(f.message, f.expected, f.actual);
  message.location = new Location(uri, new Position(Math.max(0, f.line - 1), 0));
  return message;
}

/** Positions of offsets. */
function positions(text: string): (offset: number) => Position {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return (offset) => {
    let line = starts.findIndex((start) => start > offset) - 1;
    if (line < 0) line = starts.length - 1;
    return new Position(line, offset - starts[line]!);
  };
}

/** Debugs a snippet until the session is over; it stops at the first fault that nobody asked for. */
async function debugFile(uri: Uri, name: string): Promise<void> {
  const program = uri.scheme === 'file' ? uri.fsPath : uri.toString();
  const configuration = { type: 'pinscope', request: 'launch', name, program, stopOnEntry: false };
  const over = new Promise<void>((resolve) => {
    const ended = debug.onDidTerminateDebugSession((session) => {
      if (session.configuration['program'] !== program) return;
      ended.dispose();
      resolve();
    });
  });
  if (await debug.startDebugging(workspace.getWorkspaceFolder(uri), configuration)) await over;
}

/** Registers the explorer. */
export function registerTestExplorer(host: Host): void {
  const { context } = host;
  const controller = tests.createTestController('pinscope', 'Pinscope');
  const explorer = new Explorer(host, controller);
  let looked = false;
  const look = async (): Promise<void> => {
    if (!looked) {
      looked = true;
      for (const folder of workspace.workspaceFolders ?? []) {
        const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, '**/*.c'));
        const read = async (uri: Uri): Promise<void> => explorer.update(uri, await textOf(uri));
        context.subscriptions.push(
          watcher,
          watcher.onDidCreate(read),
          watcher.onDidChange(read),
          watcher.onDidDelete((uri) => explorer.update(uri, undefined)),
        );
      }
    }
    await explorer.discover();
  };
  controller.resolveHandler = (item) => (item ? undefined : look());
  controller.refreshHandler = () => look();
  const profile = (name: string, kind: TestRunProfileKind, how: 'run' | 'debug' | 'coverage'): void => {
    const one = controller.createRunProfile(name, kind, (request, token) => explorer.run(request, token, how), true);
    if (how === 'coverage') one.loadDetailedCoverage = (_run, file) => Promise.resolve(explorer.details(file));
  };
  profile(l10n.t('Simulate'), TestRunProfileKind.Run, 'run');
  profile(l10n.t('Debug'), TestRunProfileKind.Debug, 'debug');
  profile(l10n.t('Simulate with Coverage'), TestRunProfileKind.Coverage, 'coverage');
  for (const document of workspace.textDocuments) explorer.open(document);
  context.subscriptions.push(
    controller,
    workspace.onDidOpenTextDocument((document) => explorer.open(document)),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length) explorer.open(document);
    }),
  );
}
