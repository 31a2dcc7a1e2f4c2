/** The debugger of the simulator: type `pinscope`. The adapter runs inside of the extension host, so it works in the browser too. */
import {
  CancellationTokenSource,
  debug,
  DebugAdapterInlineImplementation,
  DebugConfigurationProviderTriggerKind,
  EventEmitter,
  l10n,
  Uri,
  window,
  workspace,
  type DebugAdapter,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  type DebugProtocolMessage,
  type Disposable,
  type Event,
} from 'vscode';
import type { LoadOptions } from '../../../simulator/engine/protocol.ts';
import type { Adapter, LaunchArguments, Program } from '../debug/adapter.ts';
import { Engine } from '../engine.ts';
import type { Host } from '../host.ts';
import type { SimulatorPanel } from '../simulator/panel.ts';
import { readSource } from '../simulator/source.ts';
import { kernelToSimulate } from './kernel-versions.ts';

const TYPE = 'pinscope';

/** Where a debug session stands, for whoever follows it. */
export interface DebugPosition {
  readonly uri: Uri;
  readonly step: number;
  /** What the run was made with: the same options give the same steps. */
  readonly options: LoadOptions;
}
/** What others see of debugging. */
export interface Debugging {
  /** The session went to a step; undefined: it is over. */
  readonly onDidMove: Event<DebugPosition | undefined>;
}

/** A program of a launch configuration: a path, or a URI where files are not on a disk. */
function programUri(program: string): Uri {
  return /^[a-z][a-z\d+.-]+:/i.test(program) ? Uri.parse(program) : Uri.file(program);
}
/** The other way round. */
function programOf(uri: Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
function activeC(): Uri | undefined {
  const document = window.activeTextEditor?.document;
  return document && ['c', 'cpp'].includes(document.languageId) ? document.uri : undefined;
}
/** Debugs what the panel shows, from the step on that it shows. */
export async function debugRun(uri: Uri, { fn, muted, ...options }: LoadOptions, startAt?: number): Promise<void> {
  const program = programOf(uri);
  const name = program.replace(/^.*[\\/]/, '');
  // (the panel has chosen the execution: none means the usual order)
  await debug.startDebugging(workspace.getWorkspaceFolder(uri), {
    ...configurationOf(program, name),
    schedule: '',
    ...options,
    ...(fn === undefined ? {} : { function: fn }),
    ...(muted === undefined ? {} : { mutedLines: muted }),
    stopOnEntry: startAt === undefined,
    ...(startAt === undefined ? {} : { startAt }),
  });
}
function configurationOf(program: string, name: string): DebugConfiguration {
  return { type: TYPE, request: 'launch', name, program, stopOnEntry: true };
}

const configurations: DebugConfigurationProvider = {
  provideDebugConfigurations() {
    return [configurationOf('${file}', l10n.t('Simulate this file'))];
  },
  resolveDebugConfiguration(_folder, given) {
    const active = activeC();
    // F5 without a launch.json gives nothing at all.
    const config =
      given.type || given.request || given.name ? given : configurationOf('${file}', l10n.t('Simulate this file'));
    const program = config['program'] as unknown;
    if (typeof program === 'string' && program !== '' && program !== '${file}') return config;
    if (active) return { ...config, program: programOf(active) };
    void window.showInformationMessage(l10n.t('The simulator runs C files. Open one, then start debugging again.'));
    return undefined;
  },
};

async function read(args: LaunchArguments): Promise<Program> {
  const uri = programUri(args.program);
  const source = await readSource(uri);
  if (!source) throw new Error(l10n.t('{0} can’t be read.', args.program));
  const places = Object.fromEntries([...source.places].map(([spec, place]) => [spec, programOf(place)]));
  return { name: programOf(uri), source: source.text, headers: source.headers, places };
}

function withKernel(args: LaunchArguments): LaunchArguments {
  return { ...kernelToSimulate(programUri(args.program)), ...args };
}

/** Registers the debugger. */
export function registerDebug({ context, startEngine }: Host): Debugging {
  const moves = new EventEmitter<DebugPosition | undefined>();

  const inline = (): DebugAdapter => {
    const sent = new EventEmitter<DebugProtocolMessage>();
    const engine = new Engine(startEngine);
    let adapter: Adapter | undefined;
    const open = async (): Promise<Adapter> => {
      const module = await import('../debug/adapter.ts');
      return (adapter ??= new module.Adapter(
        {
          engine,
          newToken: () => new CancellationTokenSource(),
          read: (args) => read(args),
          withDefaults: withKernel,
          moved: (step, program, options) =>
            moves.fire(step === undefined ? undefined : { uri: programUri(program.name), step, options }),
        },
        (message) => sent.fire(message),
      ));
    };
    return {
      onDidSendMessage: sent.event,
      handleMessage: (message) => void open().then((one) => one.handle(message as Parameters<Adapter['handle']>[0])),
      dispose: () => {
        engine.dispose();
        sent.dispose();
      },
    };
  };

  context.subscriptions.push(
    moves,
    debug.registerDebugAdapterDescriptorFactory(TYPE, {
      createDebugAdapterDescriptor: () => new DebugAdapterInlineImplementation(inline()),
    }),
    debug.registerDebugConfigurationProvider(TYPE, configurations),
    debug.registerDebugConfigurationProvider(
      TYPE,
      {
        provideDebugConfigurations() {
          const active = activeC();
          return active ? [configurationOf(programOf(active), l10n.t('Simulate the active file'))] : [];
        },
      },
      DebugConfigurationProviderTriggerKind.Dynamic,
    ),
  );
  return { onDidMove: moves.event };
}

/** The panel, if it shows the run that is debugged, goes where the debugger goes. */
export function followDebugger(debugging: Debugging, panel: SimulatorPanel): Disposable {
  const same = (a: LoadOptions, b: LoadOptions): boolean => {
    const plain = ({ kernel, fn, seed, schedule, muted, failures, shortPin }: LoadOptions): string =>
      JSON.stringify([kernel, fn, seed || 0, schedule, muted ?? [], failures ?? [], shortPin]);
    return plain(a) === plain(b);
  };
  return debugging.onDidMove((position) => {
    const { request } = panel;
    if (position && request?.uri.toString() === position.uri.toString() && same(request.options, position.options))
      panel.goTo(position.step);
  });
}
