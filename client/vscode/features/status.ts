/** The language status item: what Pinscope is doing, and which kernels the active file is checked for. */
import { languages, LanguageStatusSeverity, window, workspace } from 'vscode';
import { State } from 'vscode-languageclient';
import type { ClientNotifications } from '../../../server/lsp/protocol.ts';
import type { Host } from '../host.ts';
import { checkedDocuments } from './documents.ts';
import { defaultKernel, kernelReleases } from '../manifest.ts';
import { configuredKernels } from './kernel-versions.ts';

type ServerStatus = ClientNotifications['pinscope/status'];

/** Registers the item and what keeps it up to date. */
export function registerStatus({ context, client }: Host): void {
  const item = languages.createLanguageStatusItem('pinscope.status', checkedDocuments());
  item.name = 'Pinscope';
  const releases = new Set(kernelReleases(context));
  let status: ServerStatus = { state: 'ready', message: '' };

  const show = (): void => {
    const kernels = configuredKernels(window.activeTextEditor?.document.uri);
    const unknown = kernels.filter((kernel) => !releases.has(/^v?(\d+\.\d+)/.exec(kernel)?.[1] ?? ''));
    const used = kernels.filter((kernel) => !unknown.includes(kernel));
    const stopped = client.state === State.Stopped || client.state === State.StartFailed;
    item.busy = client.state === State.Starting || (!stopped && status.state === 'busy');
    item.text = stopped
      ? 'Pinscope is off'
      : `Pinscope: Linux ${(used.length ? used : [defaultKernel(context)]).join(', ')}`;
    const ignored = unknown.length ? `no such kernel: ${unknown.join(', ')}` : '';
    item.detail = stopped ? 'the language server is not running' : status.message || ignored;
    item.severity = stopped
      ? LanguageStatusSeverity.Error
      : status.state === 'degraded' || unknown.length > 0
        ? LanguageStatusSeverity.Warning
        : LanguageStatusSeverity.Information;
    item.command = stopped
      ? { command: 'pinscope.restart', title: 'Restart' }
      : { command: 'pinscope.selectKernelVersions', title: 'Select Kernel Versions' };
  };

  context.subscriptions.push(
    item,
    client.onDidChangeState(() => {
      status = { state: 'ready', message: '' };
      show();
    }),
    client.onNotification('pinscope/status', (next: ServerStatus) => {
      status = next;
      show();
    }),
    window.onDidChangeActiveTextEditor(show),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('pinscope.kernelVersions')) show();
    }),
  );
  show();
}
