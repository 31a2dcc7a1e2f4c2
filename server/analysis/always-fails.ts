/** Functions that can only fail, as their text shows: what they return is an error, whoever calls them. */
import { bodyText } from './mentions.ts';
import { perDefinition } from './per-function.ts';

/** An error code, or one as a pointer. */
const ERROR = /^\(*\s*(?:-\s*E[A-Z][A-Z0-9]*\s*\)*$|ERR_(?:PTR|CAST)\s*\()/;

/** Every `return` gives back an error. Told by the text: most such functions have nothing to do with pages and are never read. */
export const alwaysFails = perDefinition((def): boolean => {
  if (!/-\s*E[A-Z]|ERR_/.test(def.source)) return false;
  let any = false;
  for (const [, value] of bodyText(def).matchAll(/\breturn\b\s*([^;]*)/g)) {
    if (!ERROR.test(value!.trim())) return false;
    any = true;
  }
  return any;
});
