/** A person at the workbench: what the stories do with keyboard and eyes. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { CACHE, ROOT, VSIX } from '../../../scripts/lib/paths.mjs';
import { installVsix, startVsCodeServer } from '../../../scripts/lib/vscode-server.mjs';
import { launchBrowser } from './browser.mjs';
import { serveWebWorkbench } from './web-host.ts';

/** Milliseconds that the workbench may take to show something. */
const PATIENCE = 30_000;

/**
 * How often a page is loaded for a workspace that is on no disk: on a busy machine the explorer can ask for the folder before
 * the extension that provides it is known (one time in 15 beside six busy loops), and then never asks again.
 */
const RELOADS = 6;

/** Size of the window in pixels. */
const VIEWPORT = { width: 1100, height: 860 };

/** Settings for stories: typed text arrives as it is typed, and nothing moves in pictures. */
const SETTINGS = {
  'editor.autoClosingBrackets': 'never',
  'editor.autoIndent': 'none',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.parameterHints.enabled': false,
  'editor.minimap.enabled': false,
  'editor.tabSize': 8,
  'editor.detectIndentation': false,
  'editor.lightbulb.enabled': 'off',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'editor.cursorBlinking': 'solid',
  'editor.stickyScroll.enabled': false,
  'breadcrumbs.enabled': false,
  'files.autoSave': 'off',
  'workbench.editor.empty.hint': 'hidden',
};

/** No question about trust: the folder is not trusted. */
const RESTRICTED = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

function temporaryFolder(): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, 'story-'));
}

/** Whether it is on screen before so many milliseconds have passed. */
function appears(what: Locator, timeout: number): Promise<boolean> {
  return what.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** VS Code with Pinscope in it. */
export class Workbench {
  readonly page: Page;
  /** The open folder; '' if it is on no disk. */
  readonly folder: string;
  readonly #close: () => Promise<void>;

  private constructor(page: Page, folder: string, close: () => Promise<void>) {
    this.page = page;
    this.folder = folder;
    this.#close = close;
  }

  /** Opens a copy of examples/ in a fresh profile with the package installed; `trust: false`: as a folder that is not trusted. */
  static async open({ trust = true, viewport = VIEWPORT } = {}): Promise<Workbench> {
    const home = temporaryFolder();
    const folder = join(home, 'examples');
    cpSync(join(ROOT, 'examples'), folder, { recursive: true });
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/settings.json'), '{}\n');
    const dataDir = join(home, 'server');
    await installVsix(VSIX, join(dataDir, 'extensions'), dataDir);
    return Workbench.#start(home, folder, { trust, viewport }, async (page, server) => {
      await page.goto(`${server.url}?folder=${encodeURIComponent(folder)}`);
    });
  }

  /**
   * Opens a workspace that is on no disk, with Pinscope in the web extension host. `files` by path; `asked` collects the files
   * of the extension that were fetched.
   */
  static async openVirtual(files: Readonly<Record<string, string>>, asked: string[]): Promise<Workbench> {
    return Workbench.#start(temporaryFolder(), '', { trust: true, viewport: VIEWPORT }, async (page, server) => {
      await page.goto(await serveWebWorkbench(page, server.url, { settings: SETTINGS, files, asked }));
      const first = Object.keys(files)[0]!.split('/')[0]!;
      const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: first }).first();
      for (let attempt = 1; !(await appears(row, PATIENCE / 3)); attempt++) {
        if (attempt === RELOADS)
          throw new Error(`the explorer does not show ${first} of the workspace that is on no disk`);
        await page.reload();
      }
    });
  }

  static async #start(
    home: string,
    folder: string,
    { trust, viewport }: { readonly trust: boolean; readonly viewport: typeof VIEWPORT },
    go: (page: Page, server: { readonly url: string }) => Promise<void>,
  ): Promise<Workbench> {
    const settings = { ...SETTINGS, ...(!trust && RESTRICTED) };
    const server = await startVsCodeServer({ dataDir: join(home, 'server'), settings, trust });
    let browser: Browser | undefined;
    const close = async (): Promise<void> => {
      await browser?.close().catch(() => undefined);
      server.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    };
    try {
      browser = await launchBrowser();
      const context = await browser.newContext({ viewport, deviceScaleFactor: 1 });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      await go(page, server);
      await page.locator('.monaco-workbench .explorer-folders-view').waitFor();
      return new Workbench(page, folder, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Ends browser and server, and removes their files. */
  close(): Promise<void> {
    return this.#close();
  }

  /** Opens a file by Ctrl+P. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1)!;
    await this.quickInput('Control+KeyP', path);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.inEditor();
  }

  /** Opens a file by the explorer (search knows no files that are on no disk); `folders` are those to unfold first. */
  async openInExplorer(name: string, ...folders: string[]): Promise<void> {
    const row = (hasText: string): Locator =>
      this.page.locator('.explorer-folders-view .monaco-list-row', { hasText }).first();
    for (const folder of folders) await row(folder).click();
    await row(name).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.inEditor();
  }

  /** Puts the cursor at a line and column, counted from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.quickInput('Control+KeyG', `:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.inEditor();
  }

  /** Puts the cursor into the first occurrence of a text in a file as it is on disk. */
  async goToText(path: string, text: string): Promise<void> {
    const lines = readFileSync(join(this.folder, path), 'utf8').split('\n');
    const index = lines.findIndex((line) => line.includes(text));
    // Columns are counted as shown: tabs are eight wide.
    await this.goTo(index + 1, lines[index]!.replaceAll('\t', ' '.repeat(8)).indexOf(text) + 3);
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.quickInput('F1', `>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Shows the Problems view; its rows. */
  async problems(): Promise<Locator> {
    if (!(await this.page.locator('.markers-panel').isVisible())) await this.page.keyboard.press('Control+Shift+KeyM');
    await this.page.locator('.markers-panel').waitFor();
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  /** Texts of the quick-fix menu, opened at the cursor by Ctrl+. ; a busy workbench can lose the key. */
  async quickFixes(): Promise<Locator> {
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.page.keyboard.press('Control+Period');
      if (await appears(rows.first(), PATIENCE / 3)) break;
    }
    await rows.first().waitFor();
    return rows;
  }

  /** The lines of the editor that are on screen. */
  async shownText(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').evaluateAll((all) =>
      all
        .map((line) => ({ top: Number.parseInt((line as HTMLElement).style.top, 10), text: line.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** What decorations write behind the lines of the editors. */
  private shownDecorations(): Promise<string[]> {
    return this.page
      .locator('.editor-instance .view-line span[class*="ced-"]')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one, '::after').content.replaceAll('\u00a0', ' ')));
  }

  /** The step that the simulator shows, as the editor says it behind the line: `app · step 3 of 9`; once it says so. */
  async simulatedStep(): Promise<number> {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await this.page.waitForTimeout(100)) {
      for (const text of await this.shownDecorations()) {
        const step = /step (\d+) of \d+/.exec(text)?.[1];
        if (step !== undefined) return Number(step);
      }
    }
    throw new Error('no line of the editor says at which step the simulator is');
  }

  /** The page of the simulator panel. */
  panel(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** Text of the line at which the debugger stands: the one under its mark. */
  async stackFrameLine(): Promise<string> {
    const top = (all: Element[]): number[] => all.map((one) => Math.round(one.getBoundingClientRect().top));
    const [mark] = await this.page.locator('.editor-instance .debug-top-stack-frame-line').evaluateAll(top);
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').all();
    for (const line of lines) {
      const box = await line.boundingBox();
      if (box && Math.abs(box.y - (mark ?? -1)) < 4)
        return ((await line.textContent()) ?? '').replaceAll('\u00a0', ' ');
    }
    return '';
  }

  /** Presses a key in the simulator panel, which a click has focused. */
  async pressInPanel(key: string): Promise<void> {
    await this.panel()
      .locator('body')
      .click({ position: { x: 4, y: 4 } });
    await this.page.keyboard.press(key);
  }

  /** Shows an open editor of the first group by its tab. */
  async focusEditor(name: string): Promise<void> {
    await this.page.locator(`.tab[data-resource-name="${name}"]`).first().click();
    await this.page.keyboard.press('Control+Digit1');
    await this.inEditor();
  }

  /** Sets settings of the workspace, as a person would in its file; the workbench follows. */
  settings(values: Record<string, unknown>): void {
    writeFileSync(join(this.folder, '.vscode/settings.json'), `${JSON.stringify(values, null, 2)}\n`);
  }

  /** Changes the colour theme and waits until it is shown. */
  async theme(name: string, mark: string): Promise<void> {
    this.settings({ 'workbench.colorTheme': name });
    await this.page.locator(`.monaco-workbench.${mark}`).waitFor();
  }

  /** Waits until the keys go to the text. */
  private async inEditor(): Promise<void> {
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page.locator('.editor-instance .monaco-editor.focused .view-line').first().waitFor();
  }

  /** Opens the quick input by a key and writes into it; a busy workbench can lose the key. */
  private async quickInput(key: string, text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    for (let attempt = 0; attempt < 5; attempt++) {
      await this.page.keyboard.press(key);
      if (await appears(input, PATIENCE / 10)) break;
    }
    await input.fill(text);
  }
}
