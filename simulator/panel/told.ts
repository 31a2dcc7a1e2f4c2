/**
 * What a page is told with its own text, so that it need not ask first: the messages of an exported page, or those with which the editor's host opens
 * the panel. Pictures hold arrays of integers, which JSON does not know.
 */
import { readToPanel, type ToPanel } from './messages.ts';

/** The element that holds them. */
export const TOLD = 'pinscope-told';
/** Arrays that JSON does not know, by the names under which their numbers stand in it. */
const ARRAYS = { Int32Array, Uint32Array, Uint8Array };
type ArrayName = keyof typeof ARRAYS;

/** As the text of a script element that is none. */
export function writeTold(messages: readonly ToPanel[]): string {
  const text = JSON.stringify(messages, (_, value: unknown) => {
    for (const [name, type] of Object.entries(ARRAYS))
      if (value instanceof type) return { [name]: Array.from<number>(value) };
    if (ArrayBuffer.isView(value)) throw new Error('A page cannot be told arrays of this type.');
    return value;
  });
  return text.replaceAll('<', '\\u003c');
}

/** Reads them again; they are checked as all messages are. */
export function readTold(text: string): ToPanel[] {
  const messages = JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    for (const name of Object.keys(ARRAYS) as ArrayName[]) {
      const numbers = (value as Partial<Record<ArrayName, readonly number[]>>)[name];
      if (numbers) return ARRAYS[name].from(numbers);
    }
    return value;
  }) as unknown[];
  return messages.map(readToPanel);
}
