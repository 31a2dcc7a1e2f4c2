/**
 * The panel's program. In a webview the page has asked for the engine's program before it came here, and messages bring what to run; an exported page
 * carries both in itself, as text of two elements.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { Controller } from './controller.ts';
import { startEngine, type Engine } from './engine.ts';
import { connectHost } from './host.ts';
import { handleKey } from './keys.ts';
import { watchTheme } from './paint/theme.ts';
import { readTold, TOLD } from './told.ts';
import { exporter } from './export/index.ts';
import './panel.css';

declare global {
  interface Window {
    /** The answer with the engine's program. */
    readonly pinscopeEngine?: Promise<Response>;
  }
}

/** Milliseconds after which the engine starts though no frame was painted: nobody looks at the page. */
const UNSEEN = 250;

let program: Promise<Blob> | undefined;

/** The engine's program, fetched once. */
function engineProgram(): Promise<Blob> {
  program ??= (async () => {
    const inline = document.getElementById('pinscope-engine')?.textContent;
    if (inline) return new Blob([inline]);
    const response = await window.pinscopeEngine;
    if (!response) throw new Error('The page does not say where the simulator’s program is.');
    if (!response.ok) throw new Error(`The simulator's program cannot be read (${response.status}).`);
    return response.blob();
  })();
  return program;
}

let spare: Promise<Engine> | undefined;
/** An engine of its own for everyone who asks: the one that is left when another load has begun is ended, and must not be that one's. */
const start = (): Promise<Engine> => {
  const engine = spare ?? make();
  spare = undefined;
  return engine;
};
async function make(): Promise<Engine> {
  const [text] = await Promise.all([engineProgram(), shown]);
  return startEngine(text, (message) => control.report(new Error(message), true));
}

const control = new Controller(start);
watchTheme();
const host = connectHost((message) => control.receive(message));
control.attach(host);
control.exporter = exporter(control, async () => (await engineProgram()).text());
document.addEventListener('keydown', (event) => void handleKey(event, control));

// (a page that was made before has gone on since: what it is to show now, its editor says)
const text = host.isFirst ? document.getElementById(TOLD)?.textContent : undefined;
const told = text ? readTold(text) : [];
/** A picture that is there already is shown before the engine starts, which takes all that a machine has. */
const shown = told.some(({ type }) => type === 'first') ? painted() : undefined;
// the worker starts while the editor still thinks about what to send
spare = make();
spare.catch((error: unknown) => control.report(error, true));
for (const message of told) control.receive(message);
render(<App control={control} />, document.getElementById('pinscope')!);
host.post('ready', { version: 1 });

/** When a frame has been painted. */
function painted(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done, 0));
    setTimeout(done, UNSEEN);
  });
}
