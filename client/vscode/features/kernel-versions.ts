/** Command `pinscope.selectKernelVersions`: sets `pinscope.kernelVersions` for the folder of the active file. */
import { commands, ConfigurationTarget, l10n, window, workspace, type QuickPickItem, type Uri } from 'vscode';
import { kernelReleases } from '../manifest.ts';
import type { Host } from '../host.ts';

/** The kernel versions that `uri` is checked for, as configured. */
export function configuredKernels(uri: Uri | undefined): string[] {
  return workspace.getConfiguration('pinscope', uri).get<string[]>('kernelVersions', []);
}

/** Kernel of sources that do not say one: the first that the file is checked for. */
export function kernelToSimulate(uri: Uri): { readonly kernel?: string } {
  const version = /^v?(\d+\.\d+)/.exec(configuredKernels(uri)[0] ?? '')?.[1];
  return version === undefined ? {} : { kernel: version };
}

async function pick(releases: readonly string[], current: readonly string[]): Promise<string[] | undefined> {
  const other: QuickPickItem = {
    label: l10n.t('Other…'),
    description: l10n.t('a stable or distribution version, such as 6.1.0-18-amd64'),
  };
  const names = [...new Set([...current, ...[...releases].reverse()])];
  const items = [...names.map((label) => ({ label, picked: current.includes(label) })), other];
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Kernel versions that the code is meant for'),
    placeHolder: l10n.t('The branches of #if LINUX_VERSION_CODE are checked for each of them'),
  });
  if (!picked) return undefined;
  const chosen = picked.filter((item) => item.label !== other.label).map((item) => item.label);
  if (chosen.length === picked.length) return chosen;
  const typed = await window.showInputBox({
    prompt: l10n.t('Kernel version'),
    placeHolder: '6.1.0-18-amd64',
    validateInput: (text) =>
      /^v?\d+\.\d+(\.\d+)?([-+].*)?$/.test(text.trim()) ? undefined : l10n.t('Write it like 6.12 or 5.10.200'),
  });
  return typed === undefined ? undefined : [...chosen, typed.trim()];
}

/** Where the choice is written: the folder of a multi-root workspace, the workspace, or the user's settings. */
function target(uri: Uri | undefined): ConfigurationTarget {
  if (!workspace.workspaceFolders?.length) return ConfigurationTarget.Global;
  const several = workspace.workspaceFolders.length > 1;
  return several && uri && workspace.getWorkspaceFolder(uri)
    ? ConfigurationTarget.WorkspaceFolder
    : ConfigurationTarget.Workspace;
}

/** Registers the command. */
export function registerKernelVersions({ context }: Host): void {
  const select = async (): Promise<void> => {
    const uri = window.activeTextEditor?.document.uri;
    const chosen = await pick(kernelReleases(context), configuredKernels(uri));
    if (!chosen) return;
    const configuration = workspace.getConfiguration('pinscope', uri);
    // Nothing chosen: back to the default.
    await configuration.update('kernelVersions', chosen.length ? chosen : undefined, target(uri));
  };
  context.subscriptions.push(commands.registerCommand('pinscope.selectKernelVersions', select));
}
