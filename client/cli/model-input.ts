/** Scripts and traces as they come from files: checked before the model sees them, with the file and the place in it in every message. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ERAS } from '../../simulator/mm/era.ts';

const whole = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(),
    v.check((n) => Number.isInteger(n) && n >= min && n <= max, `expected a whole number from ${min} to ${max}`),
  ) as v.GenericSchema<number>;
const oneOf = <T extends string | number>(values: readonly T[]): v.GenericSchema<T> =>
  v.picklist(values, `none of ${values.join(', ')}`);
const watch = v.looseObject({
  proc: v.string(),
  at: v.pipe(v.string(), v.regex(/^.+\[\d+\]$/, 'expected an address of the form map[index]')),
});
const operation = v.looseObject(
  {
    op: v.string(),
    proc: v.optional(v.string()),
    args: v.optional(v.record(v.string(), v.unknown())),
  },
  'expected an operation',
);
const watching = v.looseObject({ op: v.literal('observe'), ptes: v.optional(v.array(watch)) });
const recorded = v.looseObject({
  op: v.literal('observe'),
  pages: v.array(v.looseObject({ id: v.string() })),
  ptes: v.array(watch),
  handles: v.record(v.string(), v.unknown()),
  vmstat: v.record(v.string(), v.nullable(v.number())),
});
/** A step is an observation if it says so, else an operation: messages are of the one that was meant. */
const step = (observation: v.GenericSchema): v.GenericSchema =>
  v.lazy((x) => ((x as { op?: unknown } | null)?.op === 'observe' ? observation : operation));
const MAX_MEMORY = 2 ** 24;
const machine = v.strictObject({
  pages: v.optional(whole(1024, MAX_MEMORY)),
  nodes: v.optional(oneOf([1, 2])),
  movable: v.optional(whole(0, MAX_MEMORY)),
  dax: v.optional(whole(0, MAX_MEMORY)),
  cma: v.optional(whole(0, MAX_MEMORY)),
  daxPolicy: v.optional(oneOf(['wait', 'fail', 'sigbus', 'lease'])),
  stablePages: v.optional(v.boolean()),
  lru: v.optional(oneOf(['classic', 'mglru'])),
  swap: v.optional(oneOf(['zram', 'disk', 'none'])),
  swapPages: v.optional(whole(0, MAX_MEMORY)),
});
const head = {
  scenario: v.optional(v.string()),
  kernel: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d+\.\d+/, `expected a release such as 6.12.117, or one of ${Object.keys(ERAS).join(', ')}`),
    ),
  ),
  lru: v.optional(oneOf(['classic', 'mglru'])),
  swap: v.optional(oneOf(['zram', 'disk', 'none'])),
  group: v.optional(v.string()),
};
const SCRIPT = v.looseObject({
  ...head,
  machine: v.optional(machine),
  watch: v.optional(v.array(watch)),
  steps: v.array(step(watching)),
});
const TRACE = v.looseObject({ ...head, steps: v.array(step(recorded)) });

/** Reads a file of JSON. Throws an Error that names it. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`, { cause: e });
  }
}

/** What is wrong at which place; steps are counted in operations from 1, as everywhere. */
function explain(value: unknown, issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map((p) => String(p.key));
  let text = issue.message
    .replace(/^Invalid (type|length|key): /, '')
    .replace('Expected', 'expected')
    .replace(' but received ', ', got ');
  if (text.startsWith('none of')) text = `${issue.received} is ${text}`;
  else if (issue.received === 'undefined') text = 'is missing';
  else if (/^expected/.test(issue.message) && issue.received) text += `, got ${issue.received}`;
  if (path[0] !== 'steps' || path.length < 2) return `${path.length ? `${path.join('.')}: ` : ''}${text}`;
  const steps = (value as { steps: { op?: unknown }[] }).steps;
  const at = Number(path[1]);
  const number = steps.slice(0, at + 1).filter((s) => s?.op !== 'observe').length;
  const where = steps[at]?.op === 'observe' ? `observation after step ${number}` : `step ${number}`;
  return `${where}: ${path.length > 2 ? path.slice(2).join('.') : 'op'}: ${text}`;
}

function checked<T>(file: string, schema: v.GenericSchema, value: unknown): T {
  const r = v.safeParse(schema, value);
  if (!r.success) throw new Error(`${file}: ${explain(value, r.issues[0])}`);
  return value as T;
}

/** Reads a script: an object with steps, or a bare list of operations. Throws an Error that says what is wrong and where. */
export function readScript<T>(file: string): T {
  const json = readJson(file);
  return checked<T>(file, SCRIPT, Array.isArray(json) ? { steps: json } : json);
}
/** Reads a trace to compare with. Throws an Error that says what is wrong and where. */
export function readTrace<T>(file: string): T {
  return checked<T>(file, TRACE, readJson(file));
}
