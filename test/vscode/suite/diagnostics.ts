import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiagnosticSeverity, window, workspace } from 'vscode';
import { finding, findings, openExample, openText, replace, rulesBecome, WRONG_RELEASE } from './helpers.ts';

describe('diagnostics', () => {
  it('the example driver has the findings that its README lists', async () => {
    await rulesBecome((await openExample('vgrab_capture.c')).document, ['get-for-dma', 'leaked-pin']);
    await rulesBecome((await openExample('vgrab_table.c')).document, ['leaked-pin', 'mismatched-release']);
    await rulesBecome((await openExample('vgrab_ring.c')).document, ['missing-longterm']);
    await rulesBecome((await openExample('vgrab_drv.c')).document, []);
  });

  it('a finding has the path to the fault, a level, a page, and words', async () => {
    const { document } = await openExample('vgrab_capture.c');
    const leak = await finding(document, 'leaked-pin');
    assert.equal(leak.source, 'pinscope');
    assert.equal(leak.severity, DiagnosticSeverity.Error);
    assert.match(leak.message, /copy_to_user/);
    assert.match(document.getText(leak.range), /return -EFAULT/);
    const steps = leak.relatedInformation ?? [];
    assert.ok(steps.length >= 3, 'acquire, branches, fault');
    assert.match(document.getText(steps[0]!.location.range), /^get_user_pages_fast/);
    assert.match(steps.at(-1)!.message, /lost/);
    assert.ok(typeof leak.code === 'object' && /docs\/rules\/leaked-pin\.md$/.test(leak.code.target.path));
  });

  it('they follow the text while it is typed', async () => {
    const { document } = await openText(WRONG_RELEASE);
    await rulesBecome(document, ['mismatched-release']);
    await replace(document, 'put_page(page)', 'unpin_user_page(page)');
    await rulesBecome(document, []);
    await replace(document, '	unpin_user_page(page);\n', '');
    await rulesBecome(document, ['leaked-pin']);
    // Unfinished code on the way.
    await replace(document, 'return 0;', 'unpin_user_page(');
    await replace(document, 'unpin_user_page(', 'unpin_user_page(page);\n\treturn 0;');
    await rulesBecome(document, []);
  });

  it('an unsaved document is checked', async () => {
    const document = await workspace.openTextDocument({ language: 'c', content: WRONG_RELEASE });
    await window.showTextDocument(document);
    await rulesBecome(document, ['mismatched-release']);
  });

  it('macros of a project header are seen through, and its changes are noticed', async () => {
    const wrapped = WRONG_RELEASE.replace('pin_user_pages_fast(addr, 1, FOLL_WRITE, &page)', 'PIN(addr, &page)');
    // A file is analysed only if it names a call of the family itself.
    const source = `#include "pin.h"\n\n/* PIN() is pin_user_pages_fast() of one page */\n${wrapped}`;
    const pin = '#define PIN(a, p) pin_user_pages_fast(a, 1, FOLL_WRITE, p)\n';
    const { document } = await openText(source, { 'pin.h': pin });
    await rulesBecome(document, ['mismatched-release']);
    const header = join(dirname(document.uri.fsPath), 'pin.h');
    writeFileSync(header, '#define PIN(a, p) get_user_pages_fast(a, 1, FOLL_WRITE, p)\n');
    await rulesBecome(document, []);
    writeFileSync(header, pin);
    await rulesBecome(document, ['mismatched-release']);
    rmSync(header);
    await rulesBecome(document, []);
  });

  it('bad input gives silence, and the server goes on', async () => {
    const bad: Record<string, string> = {
      nested: `int f(void) { return ${'('.repeat(5000)}pin_user_pages_fast${')'.repeat(5000)}; }\n`,
      broken: `pin_user_pages_fast((((\n#if\n}}}}{{{ "\\\n`,
      control: `pin_user_pages_fast ${String.fromCharCode(1, 2, 0xfffd, 7).repeat(1000)}`,
      large: `${'/* pin_user_pages_fast */ int x;\n'.repeat(150_000)}`,
    };
    for (const [name, text] of Object.entries(bad)) {
      const { document } = await openText(text);
      assert.deepEqual(findings(document), [], name);
    }
    await rulesBecome((await openText(WRONG_RELEASE)).document, ['mismatched-release']);
  });

  it('lines that end in CRLF keep their places', async () => {
    const { document } = await openText(WRONG_RELEASE.replaceAll('\n', '\r\n'));
    const wrong = await finding(document, 'mismatched-release');
    assert.equal(document.getText(wrong.range).replace(/;$/, ''), 'put_page(page)');
  });
});
