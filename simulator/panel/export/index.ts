/** Exports of the run that is shown. */
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { htmlPage } from './html.ts';
import { pngPicture, svgPicture } from './picture.ts';

/** The text of a program or style of this page: in the element itself, or where it was loaded from. */
async function textOf(selector: string): Promise<string> {
  const element = document.querySelector(selector);
  const url = element?.getAttribute('src') ?? element?.getAttribute('href');
  if (!url) return element?.textContent ?? '';
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be read (${response.status}).`);
  return response.text();
}

/** Makes the function that exports. */
export function exporter(control: Controller, engineProgram: () => Promise<string>): Controller['exporter'] {
  return async (kind) => {
    const load = s.loaded.value;
    if (!load || !s.run.value) return;
    const name = load.title.replace(/^.*[\\/]/, '').replace(/\.c$/, '');
    const file = `${name}-step-${s.step.value}`;
    switch (kind) {
      case 'json':
        control.save(
          `${name}.trace.json`,
          'application/json',
          await control.request('report', { kind, name: load.title }),
          'utf8',
        );
        break;
      case 'md':
        control.save(
          `${name}.md`,
          'text/markdown',
          await control.request('report', { kind, name: load.title }),
          'utf8',
        );
        break;
      case 'svg':
        control.save(`${file}.svg`, 'image/svg+xml', svgPicture(), 'utf8');
        break;
      case 'png':
        control.save(`${file}.png`, 'image/png', pngPicture(), 'base64');
        break;
      case 'html': {
        const [panel, style, engine] = await Promise.all([
          textOf('#pinscope-panel'),
          textOf('#pinscope-style, link[rel=stylesheet]'),
          engineProgram(),
        ]);
        const page = htmlPage({ load: { ...load, at: s.step.value, view: s.view.value }, panel, style, engine });
        control.save(`${name}.html`, 'text/html', page, 'utf8');
        break;
      }
    }
  };
}
