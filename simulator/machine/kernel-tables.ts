/** The kernel's tables: what is open, held, mapped, waited for. All in columns of the journal. */
import type { Column, Store } from '../trace/journal.ts';
import { Bus, type Device } from '../device/index.ts';
import type { Model } from './model.ts';
import { WIDTH } from './opcodes.ts';
import type { Program } from './program.ts';
import { Rows } from './rows.ts';
import type { Answer, Vm, Word } from './vm.ts';

/** A message of the run: something that happened and is worth telling. */
export interface Event {
  /** Stable kind: a fault's name, `printk`, `warning`, `actor`, … */
  readonly kind: string;
  readonly text: string;
  /** Step of the trace. */
  readonly step: number;
  readonly thread: number;
  readonly actor: string;
  /** Span row of the statement; -1: none. */
  readonly span: number;
  /** Does it count as a failure of the program? */
  readonly failure: boolean;
}

/** What the scenario does for the kernel. */
export interface Director {
  /** Runs an annotation of the source. */
  note(id: number, args: readonly Word[], thread: number): Answer;
  /** Should this call fail now (`//@ fail kmalloc 2`)? */
  fails(name: string): boolean;
  /** How a call of the GUP family is cut short; undefined: not. */
  shorten(name: string, nr: number): number | undefined;
  /** A thread ended. */
  ended(thread: number): void;
}

/** Tables, names and messages. */
export abstract class KernelTables {
  abstract readonly vm: Vm;
  readonly bus: Bus;
  readonly events: Event[] = [];
  /** Output of user programs and printk, in order. */
  readonly output: string[] = [];
  readonly tWait: Column;
  readonly tUntil: Column;
  readonly tPhase: Column;
  readonly tAtomic: Column;
  readonly tIrqOff: Column;
  readonly tKey: Column;
  /** The wait queue that a thread is on, and whether it is about to sleep (its state is not TASK_RUNNING). */
  readonly tQueue: Column;
  readonly tSleepy: Column;
  readonly tMm: Column;
  readonly tParent: Column;
  readonly procs: Rows<
    | 'name'
    | 'mm'
    | 'arena'
    | 'task'
    | 'mmStruct'
    | 'parent'
    | 'exited'
    | 'code'
    | 'heap'
    | 'heapEnd'
    | 'waited'
    | 'pid'
    | 'vm'
    | 'lockAll'
  >;
  readonly files: Rows<'proc' | 'fd' | 'file' | 'open'>;
  readonly open: Rows<'count' | 'struct' | 'disk' | 'pos' | 'flags' | 'dev' | 'path'>;
  readonly chardevs: Rows<'name' | 'ops' | 'object' | 'devt' | 'gone'>;
  readonly irqs: Rows<'irq' | 'handler' | 'thread' | 'dev' | 'gone' | 'masked' | 'pending'>;
  readonly pins: Rows<'pfn' | 'mm' | 'vpn' | 'span' | 'pin' | 'live' | 'thread' | 'call' | 'serial'>;
  readonly heapPages: Rows<'pfn' | 'order' | 'span' | 'live'>;
  readonly maps: Rows<'dma' | 'virt' | 'size' | 'dir' | 'pfn' | 'live' | 'span' | 'bounce' | 'gone'>;
  readonly vmas: Rows<'mm' | 'start' | 'end' | 'struct' | 'file' | 'gone'>;
  readonly held: Rows<'lock' | 'thread' | 'kind' | 'span' | 'live'>;
  readonly notifiers: Rows<'object' | 'mm' | 'start' | 'end' | 'kind' | 'gone' | 'model' | 'seq'>;
  readonly pageLocks: Rows<'pfn' | 'thread' | 'span' | 'live'>;
  readonly bigs: Rows<'proc' | 'global' | 'vpn'>;
  /** Pages of vmap() and vmalloc(): the row is the virtual page. */
  readonly vpages: Rows<'pfn' | 'live' | 'own'>;
  /** Registers where no device is declared. */
  readonly registers: Column;
  readonly devices: Device[] = [];
  /** A visible operation happened since the scheduler last looked. */
  touched = false;
  /** Accesses of user memory need not end the turn: the scheduler has nothing to do after them but to let time pass. */
  quiet = false;
  /** Such an access happened, and time did not pass yet. */
  accessed = false;
  /** Steps of the trace so far. */
  stepNumber = 0;
  warnings = 0;
  /** Built-ins (and other things done in one go) that are running. */
  calling = 0;
  private readonly names = new Map<string, number>();
  private readonly nameTexts: string[] = [''];
  protected argThread = 0;

  constructor(
    readonly model: Model,
    readonly program: Program,
    readonly director: Director,
    iommu: boolean,
  ) {
    const { store } = model.s;
    this.bus = new Bus(model, { iommu });
    const c = (name: string): Column => store.column(`thread.${name}`, 64);
    this.tWait = c('waits for');
    this.tUntil = c('until');
    this.tPhase = c('phase');
    this.tAtomic = c('atomic');
    this.tIrqOff = c('irqs off');
    this.tKey = c('key');
    this.tQueue = c('queue');
    this.tSleepy = c('about to sleep');
    this.tMm = c('mm');
    this.tParent = c('parent');
    this.procs = new Rows(store, 'processes', [
      'name',
      'mm',
      'arena',
      'task',
      'mmStruct',
      'parent',
      'exited',
      'code',
      'heap',
      'heapEnd',
      'waited',
      'pid',
      'vm',
      'lockAll',
    ]);
    this.vpages = new Rows(store, 'vmap pages', ['pfn', 'live', 'own']);
    this.registers = store.column('registers without a device', 1024);
    this.files = new Rows(store, 'descriptors', ['proc', 'fd', 'file', 'open']);
    this.open = new Rows(store, 'open files', ['count', 'struct', 'disk', 'pos', 'flags', 'dev', 'path']);
    this.chardevs = new Rows(store, 'char devices', ['name', 'ops', 'object', 'devt', 'gone']);
    this.irqs = new Rows(store, 'interrupts', ['irq', 'handler', 'thread', 'dev', 'gone', 'masked', 'pending']);
    this.pins = new Rows(store, 'references', ['pfn', 'mm', 'vpn', 'span', 'pin', 'live', 'thread', 'call', 'serial']);
    this.heapPages = new Rows(store, 'allocated pages', ['pfn', 'order', 'span', 'live']);
    this.maps = new Rows(store, 'dma mappings', [
      'dma',
      'virt',
      'size',
      'dir',
      'pfn',
      'live',
      'span',
      'bounce',
      'gone',
    ]);
    this.vmas = new Rows(store, 'driver vmas', ['mm', 'start', 'end', 'struct', 'file', 'gone']);
    this.held = new Rows(store, 'held locks', ['lock', 'thread', 'kind', 'span', 'live']);
    this.notifiers = new Rows(store, 'notifiers', ['object', 'mm', 'start', 'end', 'kind', 'gone', 'model', 'seq']);
    this.pageLocks = new Rows(store, 'page locks', ['pfn', 'thread', 'span', 'live']);
    this.bigs = new Rows(store, 'large variables', ['proc', 'global', 'vpn']);
  }

  get store(): Store {
    return this.model.s.store;
  }
  /** Number of a name; the same name, the same number. */
  nameId(text: string): number {
    let id = this.names.get(text);
    if (id === undefined) {
      id = this.nameTexts.push(text) - 1;
      this.names.set(text, id);
    }
    return id;
  }
  nameText(id: number): string {
    return this.nameTexts[id] ?? '';
  }

  // ---- messages

  preludeBase = Number.MAX_SAFE_INTEGER;
  lineOf: (span: number) => number = () => 0;
  /** Span row of the statement that a thread is at (in the user's files, innermost frame). */
  spanAt(thread: number): number {
    const { spanOf, spans } = this.program;
    for (const f of this.vm.frames(thread)) {
      const row = spanOf[f.pc / WIDTH] ?? -1;
      if (!f.fn.prelude && row >= 0) {
        const s = spans[row]!;
        if (s.start < this.preludeBase) return row;
      }
    }
    return -1;
  }
  event(kind: string, text: string, thread: number, failure = false): void {
    this.events.push({
      kind,
      text,
      step: this.stepNumber,
      thread,
      actor: thread ? this.actorName(thread) : 'machine',
      span: thread ? this.spanAt(thread) : -1,
      failure,
    });
  }
  /** What follows is done on behalf of this thread. */
  enter(thread: number): void {
    this.argThread = thread;
  }
  /** The thread whose built-in is running. */
  get running(): number {
    return this.argThread;
  }
  /** Name of a thread for people. */
  actorName(thread: number): string {
    return this.nameText(this.vm.tName.at(thread)) || `thread ${thread}`;
  }
}
