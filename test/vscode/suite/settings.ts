import assert from 'node:assert/strict';
import { ConfigurationTarget, DiagnosticSeverity, workspace } from 'vscode';
import { finding, openText, rulesBecome, until, WRONG_RELEASE } from './helpers.ts';

/** Sets one of our settings for the workspace. */
async function set(name: string, value: unknown): Promise<void> {
  await workspace.getConfiguration('pinscope').update(name, value, ConfigurationTarget.Workspace);
}

describe('settings', () => {
  afterEach(async () => {
    for (const name of ['severity', 'exclude', 'kernelVersions', 'defines']) await set(name, undefined);
  });

  it('a rule is turned off, and made a hint', async () => {
    const { document } = await openText(WRONG_RELEASE);
    await rulesBecome(document, ['mismatched-release']);
    await set('severity', { 'mismatched-release': 'off' });
    await rulesBecome(document, []);
    await set('severity', { 'mismatched-release': 'hint' });
    await rulesBecome(document, ['mismatched-release']);
    assert.equal((await finding(document, 'mismatched-release')).severity, DiagnosticSeverity.Hint);
    await set('severity', undefined);
    const isError = async (): Promise<boolean> =>
      (await finding(document, 'mismatched-release')).severity === DiagnosticSeverity.Error;
    let error = false;
    await until('the level of the rule', () => (void isError().then((yes) => (error = yes)), error));
  });

  it('files are excluded by globs', async () => {
    const { document } = await openText(WRONG_RELEASE);
    await rulesBecome(document, ['mismatched-release']);
    await set('exclude', ['t*/**']);
    await rulesBecome(document, []);
  });

  it('the kernel versions decide which branch is checked', async () => {
    const branches = WRONG_RELEASE.replace(
      '	put_page(page);\n',
      `#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)\n	unpin_user_page(page);\n#else\n	put_page(page);\n#endif\n`,
    );
    const { document } = await openText(`#include <linux/version.h>\n${branches}`);
    await set('kernelVersions', ['5.10']);
    await rulesBecome(document, ['mismatched-release']);
    await set('kernelVersions', ['6.12']);
    await rulesBecome(document, []);
    await set('kernelVersions', ['6.12', '5.10']);
    await rulesBecome(document, ['mismatched-release']);
  });

  it('macros that the build defines decide, too', async () => {
    const branches = WRONG_RELEASE.replace(
      '	put_page(page);\n',
      `#ifdef CONFIG_OLD\n	put_page(page);\n#else\n	unpin_user_page(page);\n#endif\n`,
    );
    const { document } = await openText(branches);
    await set('defines', { CONFIG_OLD: true });
    await rulesBecome(document, ['mismatched-release']);
    await set('defines', { CONFIG_OLD: false });
    await rulesBecome(document, []);
  });
});
