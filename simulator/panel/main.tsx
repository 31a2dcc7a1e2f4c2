/**
 * The panel's program. In a webview the page says where the engine's program is (`data-engine` of the script element) and messages bring what to
 * run; an exported page carries both in itself, as text of two elements.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { Controller } from './controller.ts';
import { startEngine, type Engine } from './engine.ts';
import { connectHost } from './host.ts';
import { handleKey } from './keys.ts';
import { readToPanel } from './messages.ts';
import { watchTheme } from './paint/theme.ts';
import { exporter } from './export/index.ts';
import './panel.css';

const script = document.getElementById('pinscope-panel');
let program: Promise<Blob> | undefined;

/** The engine's program, fetched once. */
function engineProgram(): Promise<Blob> {
  program ??= (async () => {
    const inline = document.getElementById('pinscope-engine')?.textContent;
    if (inline) return new Blob([inline]);
    const response = await fetch(script?.dataset['engine'] ?? '');
    if (!response.ok) throw new Error(`The simulator's program cannot be read (${response.status}).`);
    return response.blob();
  })();
  return program;
}

let spare: Promise<Engine> | undefined;
const start = async (): Promise<Engine> => {
  const engine = await (spare ?? make());
  spare = undefined;
  return engine;
};
async function make(): Promise<Engine> {
  return startEngine(await engineProgram(), (message) => control.report(new Error(message), true));
}

const control = new Controller(start);
watchTheme();
// the worker starts while the editor still thinks about what to send
spare = make();
spare.catch((error: unknown) => control.report(error, true));

const host = connectHost((message) => control.receive(message));
control.attach(host);
control.exporter = exporter(control, async () => (await engineProgram()).text());
document.addEventListener('keydown', (event) => void handleKey(event, control));
render(<App control={control} />, document.getElementById('pinscope')!);
host.post('ready', { version: 1 });

const embedded = document.getElementById('pinscope-load')?.textContent;
if (embedded) control.receive(readToPanel(JSON.parse(embedded)));
