/** The engine as the debugger uses it, through its worker: `npm run bench:engine`. A loop program of 400,000 steps is loaded and searched. */
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { ROOT } from '../../scripts/lib/paths.mjs';

const SOURCE = `static int hits;
//@ process app
int main(void)
{
	int n = 0;
	for (int i = 0; i < 100000; i++) {
		n += i;
		if (i % 1000 == 999)
			hits++;
	}
	return n;
}
`;
const SMALL = '//@ process app\nint main(void)\n{\n\treturn 0;\n}\n';

const timed = async (name, ask) => {
  const started = performance.now();
  const answer = await ask();
  console.log(`${name}: ${Math.round(performance.now() - started)} ms`);
  return answer;
};
const started = performance.now();
const worker = new Worker(join(ROOT, 'dist/engine.js'));
const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
connection.listen();
const ask = (method, params) => connection.sendRequest(method, params);
await ask('load', { name: 'small.c', source: SMALL });
console.log(`worker started, first run: ${Math.round(performance.now() - started)} ms`);
await timed('the same again', () => ask('load', { name: 'small.c', source: SMALL }));
const run = await timed('loop program', () => ask('load', { name: 'loop.c', source: SOURCE }));
console.log(`${run.length} steps`);
const find = (stop, direction = 1) =>
  ask('findStep', { from: direction > 0 ? 0 : run.length, direction, stops: [stop] });
await timed('a line, backwards through all', () => find({ on: { kind: 'line', line: 5 } }, -1));
await timed('100,000 conditions that do not hold', () =>
  find({ on: { kind: 'line', line: 7 }, condition: 'i == 99999999' }),
);
const { watch } = await ask('evaluate', { step: 10, expression: 'hits' });
await timed('a variable in memory, 100th change', () => find({ on: { kind: 'data', watch }, hits: '100' }));
await timed('an expression at every step', () => find({ on: { kind: 'data', watch: 'hits > 1000' } }));
await worker.terminate();
