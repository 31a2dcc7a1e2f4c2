/**
 * Every interleaving of a snippet, up to what makes no difference. A turn of an actor goes from one visible thing to the next: an access to
 * memory that another actor uses too, or a call into the modelled kernel. Depth first over the journal: going back is an undo.
 *
 * Which memory is shared is found by looking: an exploration that sees two actors use a word which it took for private starts again with it.
 * Reduction: sleep sets (turns whose footprints do not meet commute) and a table of the states that were seen, each with the sleep set that it was
 * explored with. Sleep sets leave every state reachable, so that properties of states are kept.
 */
import { formatSchedule, type Action, type Turn } from '../../language/annotations/index.ts';
import { act, PHASE, Simulation, type Loaded, type RunOptions } from '../scenario/index.ts';
import { MachineFault, PREEMPT } from '../machine/index.ts';
import type { Column } from '../trace/journal.ts';
import { Footprint } from './footprint.ts';
import { StateHash } from './state-hash.ts';
import { Verdicts, type Verdict } from './verdicts.ts';

/** Bounds of an exploration. */
export interface ExploreOptions extends RunOptions {
  /** Turns that are carried out in all. Default 200,000. */
  readonly turns?: number;
  /** Turns of one execution. Default 2,000. */
  readonly depth?: number;
  /** False: no sleep sets and no table of states: every order of visible things, for comparison. */
  readonly reduce?: boolean;
}
/** What an exploration found. */
export interface Exploration {
  /** Executions that came to their end, and those left because the state at their end was known. */
  readonly executions: number;
  readonly pruned: number;
  readonly states: number;
  readonly turns: number;
  /** False: a bound was reached; what holds, holds as far as was looked. */
  readonly complete: boolean;
  readonly verdicts: readonly Verdict[];
}

/** Calls that nobody else can notice. */
const SILENT = new Set([
  'printf',
  'printk',
  'puts',
  'putchar',
  'snprintf',
  'sprintf',
  'scnprintf',
  'vsnprintf',
  'strlen',
]);

/** Functions of the headers that nobody can divide: what follows their first read belongs to it. */
const INDIVISIBLE = /^(?:atomic(?:64|_long)?_|refcount_|(?:__)?test_and_|(?:set|clear|change)_bit|__sync_|__atomic_)/;
/** Calls that may make somebody else ready: from then on a turn is not alone. */
const ROUSING = /^__pinscope_(?:spawn|thread|kthread|wake|fork|unlock|lock_page)|^wake_up_process$/;

interface Choice {
  readonly label: string;
  readonly thread: number;
  readonly fails: number;
  readonly item: number;
}
interface Node {
  readonly place: number;
  readonly hash: readonly [number, number, number];
  readonly choices: Choice[];
  next: number;
  readonly sleep: Map<string, Footprint>;
}

/** Explores a snippet. */
export function explore(loaded: Loaded, options: ExploreOptions = {}): Exploration {
  const parts = exploreInParts(loaded, options);
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
  }
}
/** The same in parts, for who has to give way to others between them: one turn each. */
export function* exploreInParts(loaded: Loaded, options: ExploreOptions = {}): Generator<void, Exploration> {
  const shared = new Set<number>();
  for (;;) {
    const known = shared.size;
    const result = yield* new Explorer(loaded, options, shared).run();
    if (shared.size === known || !result.complete) return result;
  }
}

class Explorer {
  private readonly sim: Simulation;
  private readonly verdicts: Verdicts;
  private readonly hash: StateHash;
  private readonly used: Column;
  private readonly items: readonly { readonly text: string; readonly action: Action }[];
  private readonly stack: Node[] = [];
  private readonly path: Turn[] = [];
  /** States seen, with the turns that were asleep then. */
  private readonly seen = new Map<string, ReadonlySet<string>>();
  /** Who used a word while others could run: threads, and whether one of them wrote. */
  private readonly users = new Map<number, { readonly threads: Set<number>; written: boolean }>();
  private executions = 0;
  private pruned = 0;
  private turns = 0;
  private complete = true;
  // the turn that runs
  private now: { choice: Choice; footprint: Footprint; visible: number; alone: boolean; reads: boolean } | undefined;
  private preempted = false;
  private queries = 0;
  private alternatives: number[] = [];
  private readonly watcher;

  constructor(
    loaded: Loaded,
    private readonly options: ExploreOptions,
    private readonly shared: Set<number>,
  ) {
    this.sim = new Simulation(loaded, { ...options, schedule: '' });
    const { store } = this.sim.model.s;
    this.used = store.column('explore.used', 16);
    this.verdicts = new Verdicts(this.sim);
    this.hash = new StateHash(store);
    this.items = loaded.annotations.flatMap((a) =>
      a.kind === 'explore' ? a.items.flatMap(({ text, action }) => (action ? [{ text, action }] : [])) : [],
    );
    this.watcher = this.sim.watchAccesses();
    this.watcher.observer = {
      access: (at, size, write, first) => this.access(at, size, write, first),
      call: (name) => this.call(name),
      fails: (name, of) => this.fails(name, of),
    };
  }

  *run(): Generator<void, Exploration> {
    this.sim.model.s.store.forget();
    this.enter(new Map());
    for (let node = this.stack.at(-1); node; node = this.stack.at(-1)) {
      const choice = node.choices[node.next++];
      if (!choice) {
        this.stack.pop();
        this.path.pop();
        continue;
      }
      if (this.turns >= (this.options.turns ?? 200_000)) {
        this.complete = false;
        break;
      }
      if (node.sleep.has(choice.label)) continue;
      this.sim.back(node.place);
      this.hash.restore(node.hash);
      this.take(node, choice);
      yield;
    }
    return {
      executions: this.executions,
      pruned: this.pruned,
      states: this.seen.size,
      turns: this.turns,
      complete: this.complete,
      verdicts: this.verdicts.list(),
    };
  }

  /** Carries out a turn at a node, and enters the state behind it. */
  private take(node: Node, choice: Choice): void {
    const { sim } = this;
    const { kernel: k, scheduler } = sim;
    const from = sim.model.s.store.position;
    const footprint = new Footprint();
    this.turns++;
    this.preempted = false;
    this.queries = 0;
    this.alternatives = [];
    this.now = { choice, footprint, visible: 0, alone: node.choices.length === 1, reads: false };
    this.watcher.begin(undefined);
    k.touched = false;
    const name = choice.thread ? scheduler.nameOf(choice.thread) : { who: '', nth: 1 };
    let fault: MachineFault | undefined;
    try {
      if (choice.thread) {
        sim.control.set('current', choice.thread);
        const r = scheduler.run(choice.thread, 100_000);
        if (r !== 'yield' || k.touched) footprint.kernel = true;
        this.now = undefined;
        scheduler.observe();
        // who ran last is no part of the state
        sim.control.set('current', 0);
      } else {
        footprint.kernel = true;
        this.now = undefined;
        if (choice.item < 0) scheduler.passTime();
        else {
          sim.model.s.store.set(this.used, choice.item, 1);
          act(sim, this.items[choice.item]!.action, 0);
          scheduler.observe();
        }
      }
    } catch (e) {
      if (!(e instanceof MachineFault)) throw e;
      fault = e;
    }
    this.now = undefined;
    this.path.push(
      choice.thread
        ? { ...name, at: this.preempted ? this.watcher.count : 0, fails: choice.fails }
        : { who: choice.item < 0 ? 'time' : `[${this.items[choice.item]!.text}]`, nth: 1, at: 0, fails: 0 },
    );
    // calls of this turn that might have failed are further choices here
    if (!choice.fails)
      for (const q of this.alternatives) node.choices.push({ ...choice, label: `${choice.label}!${q}`, fails: q });
    const sleep = new Map<string, Footprint>();
    if (this.options.reduce !== false) {
      for (const [label, f] of node.sleep) if (!f.meets(footprint)) sleep.set(label, f);
      node.sleep.set(choice.label, footprint);
    }
    if (fault) {
      sim.machineFault(fault, sim.active);
      this.ended();
      return;
    }
    this.hash.follow(from);
    this.enter(sleep);
  }

  /** The state that the run is in becomes a node, unless it is known or an end. */
  private enter(sleep: Map<string, Footprint>): void {
    const { sim } = this;
    const { scheduler, control, model } = sim;
    const { store } = model.s;
    const from = store.position;
    try {
      while (scheduler.settled()) if (control.get('phase') === PHASE.ended) return this.ended();
      const choices = this.choices();
      if (!choices.length) {
        scheduler.stuck();
        return this.ended();
      }
      this.hash.follow(from);
      if (this.stack.length >= (this.options.depth ?? 2000)) {
        this.complete = false;
        return this.ended();
      }
      if (this.options.reduce !== false) {
        const { key } = this.hash;
        const before = this.seen.get(key);
        if (before && [...before].every((l) => sleep.has(l))) {
          this.pruned++;
          return this.judgeEarly();
        }
        this.seen.set(key, new Set(before ? [...before].filter((l) => sleep.has(l)) : sleep.keys()));
      }
      const hash = this.hash.save();
      this.stack.push({ place: sim.record.place(), hash, choices, next: 0, sleep });
    } catch (e) {
      if (!(e instanceof MachineFault)) throw e;
      sim.machineFault(e, sim.active);
      this.ended();
    }
  }

  /** What can happen next. */
  private choices(): Choice[] {
    const { sim } = this;
    const { kernel: k, scheduler } = sim;
    const ready = scheduler.ready();
    const out: Choice[] = ready.map((thread) => ({
      label: `${thread}:${k.vm.tName.at(thread)}`,
      thread,
      fails: 0,
      item: -1,
    }));
    // an interrupt handler that is ready runs now
    if (ready.length === 1 && this.isIrq(ready[0]!)) return out;
    if (scheduler.mayHappen()) out.push({ label: 'time', thread: 0, fails: 0, item: -1 });
    if (out.length && scheduler.waiting() && k.procs.count > 0)
      this.items.forEach(({ text, action }, i) => {
        if (action.kind === 'fail' || action.kind === 'short' || this.used.at(i)) return;
        if ('process' in action && !this.lives(action.process)) return;
        out.push({ label: `[${text}]`, thread: 0, fails: 0, item: i });
      });
    return out;
  }
  private isIrq(t: number): boolean {
    return this.sim.kernel.tIrqOff.at(t) > 0 && this.sim.kernel.actorName(t).startsWith('irq ');
  }
  private lives(name: string): boolean {
    const k = this.sim.kernel;
    return k.procs.find((p) => k.nameText(k.procs.get(p, 'name')) === name && !k.procs.get(p, 'exited')) !== 0;
  }

  // ---- ends

  private ended(): void {
    this.executions++;
    this.sim.finish();
    this.verdicts.judge(() => formatSchedule(this.path));
    this.path.pop();
  }
  /** The rest of this execution is known; what was broken on the way here is not. */
  private judgeEarly(): void {
    const { sim } = this;
    if (
      sim.faults.length ||
      sim.results.some((r) => !r.holds) ||
      sim.control.decided.count ||
      sim.bus.faults().length
    ) {
      sim.finish();
      this.verdicts.judge(() => formatSchedule(this.path));
    }
    this.path.pop();
  }

  // ---- what a turn does

  private access(at: number, size: number, write: boolean, first: boolean): void {
    const { now } = this;
    if (!now) return;
    let hit = false;
    for (let w = at >>> 2; w <= (at + size - 1) >>> 2; w++) {
      if (this.shared.has(w)) hit = true;
      else if (!now.alone) this.use(w, now.choice.thread, write);
    }
    if (hit && first) {
      const indivisible = INDIVISIBLE.test(this.sim.kernel.vm.frames(now.choice.thread)[0]?.fn.name ?? '');
      const rest = indivisible && now.reads;
      now.reads = indivisible && !write;
      if (!rest && now.visible++ > 0) this.preempt();
    }
    now.footprint.access(at, size, write);
  }
  private use(word: number, thread: number, write: boolean): void {
    let u = this.users.get(word);
    if (!u) this.users.set(word, (u = { threads: new Set(), written: false }));
    u.threads.add(thread);
    u.written ||= write;
    if (u.written && u.threads.size > 1) this.shared.add(word);
  }
  private call(name: string): void {
    const { now } = this;
    if (!now || SILENT.has(name)) return;
    // prepare_to_wait() changes nothing that others see but who their wake-ups reach
    if (name !== '__pinscope_prepare' && now.visible++ > 0) this.preempt();
    if (ROUSING.test(name)) now.alone = false;
    now.footprint.kernel = true;
  }
  private preempt(): never {
    this.preempted = true;
    throw PREEMPT;
  }
  private fails(name: string, of?: string): boolean {
    void of;
    const q = ++this.queries;
    const { now } = this;
    if (!now) return false;
    const item = this.items.findIndex(
      ({ action }) =>
        (action.kind === 'fail' && action.call === name) || (action.kind === 'short' && name === 'short-pin'),
    );
    if (item < 0 || this.used.at(item)) return false;
    if (now.choice.fails === q) {
      this.sim.model.s.store.set(this.used, item, 1);
      return true;
    }
    if (!now.choice.fails) this.alternatives.push(q);
    return false;
  }
}
