/** `model SCRIPT.json [--against TRACE]`: runs an operation list on the modelled MM and prints the trace, or how it differs from one. */
import { featuresOf } from '../../simulator/mm/era.ts';
import { machineConfig, type MachineConfig, type MachineOptions } from '../../simulator/mm/machine.ts';
import { Model, OperationError, type Operation } from '../../simulator/mm/model.ts';
import { Observer, type Watch } from '../../simulator/mm/observe.ts';
import { readScript, readTrace } from './model-input.ts';
import { compareTraces, type Trace, type TraceStep } from '../../simulator/trace/compare.ts';

/** A script: a trace without answers, or a bare list of operations. */
export interface Script {
  kernel?: string;
  lru?: 'classic' | 'mglru';
  swap?: 'zram' | 'disk';
  group?: string;
  /** Parts of the machine beyond those of the oracle's groups: its size, CMA, DAX policy, stable pages. */
  machine?: MachineOptions;
  scenario?: string;
  /** Addresses to look at after every operation; default: the first pages of every map. */
  watch?: Watch[];
  steps: Operation[];
}

/** The machine that a script asks for. */
export function scriptMachine(s: Pick<Script, 'kernel' | 'lru' | 'swap' | 'group' | 'machine'>): MachineConfig {
  const known = (name: 'lru' | 'swap', values: readonly string[]): void => {
    if (s[name] !== undefined && !values.includes(s[name]))
      throw new Error(`${name}: ${JSON.stringify(s[name])} is none of ${values.join(', ')}`);
  };
  known('lru', ['classic', 'mglru']);
  known('swap', ['zram', 'disk', 'none']);
  return machineConfig(featuresOf(s.kernel ?? '6.12'), {
    lru: s.lru ?? 'classic',
    swap: s.swap ?? 'zram',
    movable: s.group === 'movable' ? 204800 : 0,
    dax: s.group === 'dax' ? 32768 : 0,
    ...s.machine,
  });
}

/** Runs a script; every operation is followed by an observation, as in the oracle's traces. */
export function runScript(script: Script): Trace {
  const m = new Model(scriptMachine(script));
  script.steps.forEach((step: unknown, i) => {
    if (typeof (step as Operation | null)?.op !== 'string')
      throw new OperationError(i + 1, 'op', `expected an operation, got ${JSON.stringify(step)}`);
  });
  const o = new Observer(m);
  const steps: TraceStep[] = [];
  const watched: Watch[] = [...(script.watch ?? [])];
  const auto = !script.watch;
  const drain = !(script.scenario ?? '').startsWith('baseline.');
  const ops = script.steps.filter((x) => x.op !== 'observe');
  ops.forEach((step) => {
    const op: Operation = {
      op: step.op,
      ...(step.proc === undefined ? {} : { proc: step.proc }),
      args: step.args ?? {},
    };
    const r = m.run(op);
    steps.push({ ...op, ...r });
    if (auto) {
      const proc = op.proc ?? 'P';
      if (op.op === 'mmap')
        for (let k = 0; k < Math.min(4, Number(op.args?.['pages'] ?? 1)); k++)
          watched.push({ proc, at: `${String(op.args?.['map'])}[${k}]` });
      if (op.op === 'mremap') watched.push({ proc, at: `${String(op.args?.['to'])}[0]` });
      if (op.op === 'fork')
        for (const w of watched.filter((x) => x.proc === proc))
          watched.push({ proc: String(op.args?.['child']), at: w.at });
      if (op.op === 'exit')
        for (let k = watched.length - 1; k >= 0; k--) if (watched[k]!.proc === op.proc) watched.splice(k, 1);
    }
    const given = script.steps.indexOf(step);
    const next = script.steps[given + 1] as unknown as { op?: string; ptes?: Watch[] } | undefined;
    const watch = next?.op === 'observe' && next.ptes ? next.ptes.map((p) => ({ proc: p.proc, at: p.at })) : watched;
    steps.push(o.observe(watch, drain));
  });
  return {
    scenario: script.scenario ?? 'script',
    title: '',
    kernel: script.kernel ?? '6.12',
    memory: '',
    lru: script.lru ?? 'classic',
    swap: script.swap ?? 'zram',
    group: script.group ?? 'main',
    steps,
  };
}

/** Gives a script without observations those of a trace, so that both look at the same addresses. */
function watchLike(steps: Script['steps'], t: Trace): Script['steps'] {
  if (steps.some((s) => s.op === 'observe')) return steps;
  const seen = t.steps.filter((s) => s.op === 'observe');
  return steps.flatMap((s, i) => (seen[i] ? [s, seen[i]] : [s]));
}

/** A trace as JSON, one step a line, as the oracle writes it. */
export function traceText(t: Trace): string {
  const { steps, ...head } = t;
  return (
    JSON.stringify(head).slice(0, -1) + ',"steps":[\n' + steps.map((s) => JSON.stringify(s)).join(',\n') + '\n]}\n'
  );
}

/** The command. `argv` without the command's name; returns the exit code: 0 equal or run, 1 different, 2 bad input. */
export function modelCommand(
  argv: readonly string[],
  io: { out: (text: string) => void; err: (text: string) => void },
): number {
  let file: string | undefined;
  let against: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i]!;
    if (a === '--against') against = argv[++i];
    else if (a.startsWith('-') || file !== undefined) {
      io.err(`model: unexpected argument ${a}\nusage: model SCRIPT.json [--against TRACE]\n`);
      return 2;
    } else file = a;
  }
  if (file === undefined || (argv.includes('--against') && against === undefined)) {
    io.err('usage: model SCRIPT.json [--against TRACE]\n');
    return 2;
  }
  try {
    const script = readScript<Script>(file);
    if (against === undefined) {
      io.out(traceText(runScript(script)));
      return 0;
    }
    const expected = readTrace<Trace>(against);
    const got = runScript({
      ...script,
      steps: watchLike(script.steps, expected),
      kernel: script.kernel ?? expected.kernel,
      lru: script.lru ?? expected.lru,
      swap: script.swap ?? expected.swap,
      group: script.group ?? expected.group,
      scenario: script.scenario ?? expected.scenario,
    });
    const differences = compareTraces(expected, got);
    let last = '';
    for (const d of differences) {
      const head = `step ${d.step} ${d.operation}`;
      if (head !== last) io.out(`${head}\n`);
      last = head;
      io.out(`  ${d.path}: trace ${JSON.stringify(d.expected)}, model ${JSON.stringify(d.got)}\n`);
    }
    io.out(differences.length ? `${differences.length} difference${differences.length > 1 ? 's' : ''}\n` : 'equal\n');
    return differences.length ? 1 : 0;
  } catch (e) {
    if (e instanceof OperationError || e instanceof SyntaxError || e instanceof Error) {
      io.err(`model: ${e.message}\n`);
      return 2;
    }
    throw e;
  }
}
