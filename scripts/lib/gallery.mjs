/** dist/gallery.json: the snippets of examples/gallery with their titles, as the extension shows them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

const FOLDER = join(ROOT, 'examples/gallery');

/** One entry a snippet: file, title (the first sentence of its header comment), about (all of it), text. */
export function readGallery() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.c'))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || a.length - b.length || (a < b ? -1 : 1))
    .map((file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const about = aboutOf(text);
      return { file, title: titleOf(about, file), about, text };
    });
}

/** Writes the file. */
export function writeGallery(path) {
  writeFileSync(path, JSON.stringify(readGallery()));
}

/** The first block comment, without its stars; lines of a paragraph are one. */
function aboutOf(text) {
  const comment = /\/\*([^]*?)\*\//.exec(text)?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*?\s?/, '').trimEnd());
  return lines
    .join('\n')
    .split(/\n{2,}/)
    .map((part) => part.replaceAll('\n', ' ').trim())
    .filter(Boolean)
    .join('\n\n');
}

/** "3. fork() under DMA, with get_user_pages(): the write is lost." without the full stop; a colon ends a long one. */
function titleOf(about, file) {
  const number = /^\d+(?: \(continued\))?\. /.exec(about)?.[0] ?? '';
  const sentence = /^[^]*?(?:[.?!](?=\s|$)|$)/.exec(about.slice(number.length).split('\n')[0])[0].replace(/\.$/, '');
  if (!sentence) throw new Error(`${file} has no header comment`);
  const short = sentence.length > 90 && sentence.includes(':') ? sentence.slice(0, sentence.indexOf(':')) : sentence;
  return `${number.replace(' (continued)', '')}${short}`;
}
