/** Command `pinscope.openRuleDocs`: shows the page of a rule, which ships with the extension. */
import { commands, l10n, Uri, window, type ExtensionContext } from 'vscode';
import { ruleSettings } from '../manifest.ts';
import type { Host } from '../host.ts';

/** The folder with a page `<rule id>.md` for every rule. */
export function ruleDocsFolder(context: ExtensionContext): Uri {
  return Uri.joinPath(context.extensionUri, 'docs', 'rules');
}

/** Registers the command; its argument is a rule id, without one the person picks. */
export function registerRuleDocs({ context }: Host): void {
  const open = async (argument?: unknown): Promise<void> => {
    const rules = ruleSettings(context);
    const wanted = rules.find((rule) => rule.id === argument);
    const items = rules.map(({ id, summary }) => ({ label: id, detail: summary }));
    const picked =
      wanted?.id ??
      (
        await window.showQuickPick(items, {
          placeHolder: l10n.t('Rule whose documentation to open'),
          matchOnDetail: true,
        })
      )?.label;
    if (!picked) return;
    await commands.executeCommand('markdown.showPreview', Uri.joinPath(ruleDocsFolder(context), `${picked}.md`));
  };
  context.subscriptions.push(commands.registerCommand('pinscope.openRuleDocs', open));
}
