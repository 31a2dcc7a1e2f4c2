/** Which functions of a document the simulator can be asked to run: request `pinscope/simulatable`. */
import { functionsOf, parseAnnotations, type FunctionPlace } from '../../language/annotations/index.ts';
import { facts } from '../../language/kernel/index.ts';
import type { ServerRequests } from './protocol.ts';
import type { Session } from './session.ts';

type Simulatable = ServerRequests['pinscope/simulatable'];

/** Calls that take, hold or give back pages. */
const NEAR_GUP: ReadonlySet<string> = new Set([
  ...facts.acquires.map((fact) => fact.name),
  ...facts.calls
    .filter((fact) => fact.effects.some((effect) => effect.kind === 'release' || effect.kind === 'ref'))
    .map((fact) => fact.name),
]);

function isNearGup(text: string, { bodyStart, bodyEnd }: FunctionPlace): boolean {
  for (const [, name] of text.slice(bodyStart, bodyEnd).matchAll(/\b([A-Za-z_]\w*)\s*\(/g))
    if (NEAR_GUP.has(name!)) return true;
  return false;
}

/** Answers the request. */
export function registerSimulatable(session: Session): void {
  session.connection.onRequest('pinscope/simulatable', ({ uri }: Simulatable['params']): Simulatable['result'] => {
    const document = session.documents.get(uri);
    if (!document) return null;
    const text = document.getText();
    const first = parseAnnotations(text).list[0];
    return {
      version: document.version,
      annotation: first ? document.positionAt(first.start).line : null,
      functions: functionsOf(text).map((one) => ({
        name: one.name,
        line: document.positionAt(text.lastIndexOf(`${one.name}`, one.bodyStart)).line,
        start: document.positionAt(one.start).line,
        end: document.positionAt(one.bodyEnd).line,
        nearGup: isNearGup(text, one),
      })),
    };
  });
}
