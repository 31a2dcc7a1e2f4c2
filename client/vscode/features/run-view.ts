/** The view "Simulation": what the run found, each with a click to its step; empty, it says what to do. */
import {
  commands,
  l10n,
  Range,
  ThemeIcon,
  TreeItem,
  EventEmitter,
  window,
  workspace,
  type TreeDataProvider,
} from 'vscode';
import type { Host } from '../host.ts';
import type { Ran, SimulatorPanel } from '../simulator/panel.ts';

/** One line of the view. */
interface Row {
  readonly text: string;
  readonly detail?: string;
  readonly icon: string;
  readonly step?: number;
  /** An execution that the explorer found. */
  readonly schedule?: string;
  /** Offset in the source. */
  readonly place?: number;
}

/** The verdicts of the explorer: each opens the execution that shows it best. */
function exploredRows({ explored }: Ran): Row[] {
  return (explored?.verdicts ?? []).map(({ text, holds, count, shortest }) => {
    const all = explored!.executions;
    return {
      text,
      detail: shortest ? l10n.t('in {0} of {1} executions', count, all) : l10n.t('in all {0} executions', all),
      icon: holds ? 'pass' : 'error',
      ...(shortest && { schedule: shortest.schedule }),
    };
  });
}

function said({ ok, cut }: Ran, name: string): string {
  if (!ok) return l10n.t('{0}: not as it should be', name);
  return cut ? l10n.t('{0}: stopped by hand', name) : l10n.t('{0}: as it should be', name);
}

function rowsOf(ran: Ran | undefined): Row[] {
  if (!ran) return [];
  const title = ran.uri.path.split('/').at(-1)!;
  const name = ran.options.fn === undefined ? title : `${title}: ${ran.options.fn}()`;
  return [
    {
      text: said(ran, name),
      detail: l10n.t('{0} steps', ran.steps),
      icon: !ran.ok ? 'error' : ran.cut ? 'debug-stop' : 'pass',
      step: 0,
    },
    ...ran.faults.map((fault): Row => ({
      text: fault.kind,
      detail: l10n.t('line {0}: {1}', fault.line, fault.text),
      icon: 'bug',
      step: fault.step,
    })),
    ...exploredRows(ran),
    ...ran.diagnostics.map((one): Row => ({ text: one.message, icon: one.severity, place: one.start })),
  ];
}

/** Registers the view. */
export function registerRunView({ context }: Host, panel: SimulatorPanel): void {
  const changed = new EventEmitter<void>();
  const tree: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (parent) => (parent ? [] : rowsOf(panel.ran)),
    getTreeItem: (row) => {
      const item = new TreeItem(row.text);
      item.iconPath = new ThemeIcon(row.icon);
      if (row.detail !== undefined) item.description = row.detail;
      item.tooltip = row.detail === undefined ? row.text : `${row.text}\n${row.detail}`;
      item.command = {
        command: 'pinscope.showResult',
        title: l10n.t('Show'),
        arguments: [{ step: row.step, place: row.place, schedule: row.schedule }],
      };
      return item;
    },
  };
  const show = async (target: unknown): Promise<void> => {
    const { step, place, schedule } = (target ?? {}) as Partial<Row>;
    if (schedule !== undefined) await panel.again({ ...panel.request?.options, schedule });
    else if (step !== undefined) panel.goTo(step);
    else if (place !== undefined && panel.request) {
      const document = await workspace.openTextDocument(panel.request.uri);
      const at = document.positionAt(place);
      await window.showTextDocument(document, { selection: new Range(at, at) });
    }
  };
  context.subscriptions.push(
    changed,
    window.registerTreeDataProvider('pinscope.run', tree),
    commands.registerCommand('pinscope.showResult', show),
    panel.onDidRun((ran) => {
      changed.fire();
      void commands.executeCommand('setContext', 'pinscope.running', ran !== undefined);
    }),
  );
}
