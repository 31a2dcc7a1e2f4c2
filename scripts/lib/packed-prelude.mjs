/** For esbuild: the built-in headers of the simulator are read while building, and what they say becomes part of the program (see prelude/read.ts). */
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { loadTs } from './load-ts.mjs';

/** The plugin. */
export const packedPrelude = {
  name: 'packed-prelude',
  setup(build) {
    build.onLoad({ filter: /simulator[\\/]machine[\\/]prelude[\\/]read\.ts$/ }, async () => ({
      contents: await (packed ??= program()),
      loader: 'ts',
      resolveDir: join(ROOT, 'simulator/machine/prelude'),
    }));
  },
};
let packed;

async function program() {
  const { headerText, packHeaders, PRELUDE_BASE } = await loadTs('simulator/machine/prelude/pack.ts');
  const { base, macros, items, rest } = packHeaders(headerText(), PRELUDE_BASE);
  // An engine reads numbers in JSON several times faster than in a program, and texts as they are.
  const numbers = (list) => `JSON.parse('${JSON.stringify(list)}') as number[]`;
  const texts = ({ names, text, lengths, gaps }) =>
    `{ names: ${JSON.stringify(names)}, text: ${JSON.stringify(text)}, lengths: ${numbers(lengths)}, gaps: ${numbers(gaps)} }`;
  return `import { unpackHeaders } from '../../../language/c/exact/index.ts';
export const readPrelude = () => unpackHeaders({ base: ${base}, macros: ${texts(macros)}, items: ${texts(items)},
  rest: { shapes: ${JSON.stringify(rest.shapes)}, texts: ${JSON.stringify(rest.texts)}, data: ${numbers(rest.data)} } });
`;
}
