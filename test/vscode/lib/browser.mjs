/** A headless browser for the workbench. */
import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../../scripts/lib/install.mjs';

/** Starts the installed Chromium, Chrome or Edge; returns Playwright's browser. */
export async function launchBrowser() {
  return chromium.launch({
    executablePath: await ensureBrowser(),
    headless: true,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
      // A page that a test answers itself has no address, and could not call the server on this machine.
      '--disable-features=LocalNetworkAccessChecks',
    ],
  });
}
