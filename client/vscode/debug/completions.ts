/** What may come next in the debug console and in a watch. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { Engine } from '../engine.ts';
import { frameOf } from './frames.ts';

/** Answers `completions` at a step. `base`: with which number lines and columns begin. */
export async function completions(
  engine: Engine,
  step: number,
  { text, line, column, frameId }: P.CompletionsArguments,
  base: { readonly line: number; readonly column: number },
): Promise<P.CompletionsResponse['body']> {
  const typed = text.split('\n')[line === undefined ? 0 : line - base.line] ?? '';
  const at = column - base.column;
  const found = await engine.request('complete', { step, text: typed.slice(0, at), ...frameOf(frameId) });
  return {
    targets: found.map(({ label, kind, detail, length }) => ({
      label,
      type: kind === 'member' ? 'field' : kind,
      ...(detail ? { detail } : {}),
      start: at - length,
      length,
    })),
  };
}
