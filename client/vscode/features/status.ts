/** The language status item: what Pinscope is doing, and which kernels the active file is checked for. */
import { l10n, languages, LanguageStatusSeverity, window, workspace } from 'vscode';
import type { ClientNotifications } from '../../../server/lsp/protocol.ts';
import type { Host } from '../host.ts';
import { checkedDocuments } from './documents.ts';
import { defaultKernel, kernelReleases } from '../manifest.ts';
import { configuredKernels } from './kernel-versions.ts';

type ServerStatus = ClientNotifications['pinscope/status'];

/** Registers the item and what keeps it up to date. */
export function registerStatus({ context, server }: Host): void {
  const item = languages.createLanguageStatusItem('pinscope.status', checkedDocuments());
  item.name = 'Pinscope';
  const releases = new Set(kernelReleases(context));
  let status: ServerStatus = { state: 'ready', message: '' };

  const show = (): void => {
    const kernels = configuredKernels(window.activeTextEditor?.document.uri);
    const unknown = kernels.filter((kernel) => !releases.has(/^v?(\d+\.\d+)/.exec(kernel)?.[1] ?? ''));
    const used = kernels.filter((kernel) => !unknown.includes(kernel));
    const stopped = server.state === 'stopped';
    item.busy = server.state === 'starting' || (!stopped && status.state === 'busy');
    item.text = stopped
      ? l10n.t('Pinscope is off')
      : l10n.t('Pinscope: Linux {0}', (used.length ? used : [defaultKernel(context)]).join(', '));
    const ignored = unknown.length ? l10n.t('no such kernel: {0}', unknown.join(', ')) : '';
    item.detail = stopped ? l10n.t('the language server is not running') : status.message || ignored;
    item.severity = stopped
      ? LanguageStatusSeverity.Error
      : status.state === 'degraded' || unknown.length > 0
        ? LanguageStatusSeverity.Warning
        : LanguageStatusSeverity.Information;
    item.command = stopped
      ? { command: 'pinscope.restart', title: l10n.t('Restart') }
      : { command: 'pinscope.selectKernelVersions', title: l10n.t('Select Kernel Versions') };
  };

  server.onNotification('pinscope/status', (next) => {
    status = next;
    show();
  });
  context.subscriptions.push(
    item,
    server.onDidChangeState(() => {
      status = { state: 'ready', message: '' };
      show();
    }),
    window.onDidChangeActiveTextEditor(show),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('pinscope.kernelVersions')) show();
    }),
  );
  show();
}
