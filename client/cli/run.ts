/** Chooses the command. */
import type { AnalyserModule } from '../../server/analyser.ts';
import { TOOL } from './about.ts';
import { check } from './check.ts';
import { explain } from './explain.ts';
import { EXIT, isUsageError, UsageError, type Io } from './io.ts';
import { kbuild } from './kbuild.ts';
import { listRules } from './list-rules.ts';
import { CHECK_HELP } from './options.ts';
import type * as Simulator from './simulator.ts';

interface Command {
  readonly usage: string;
  readonly summary: string;
  help?(): string | Promise<string>;
  run(argv: readonly string[], analyser: AnalyserModule, io: Io): Promise<number> | number;
}

const simulator = (): Promise<typeof Simulator> => import('./simulator.ts');

const COMMANDS: Readonly<Record<string, Command>> = {
  check: {
    usage: 'check [options] PATH…',
    summary: 'Check C files and folders of drivers',
    help: () => CHECK_HELP,
    run: check,
  },
  kbuild: {
    usage: 'kbuild [compiler flags] FILE.c',
    summary: 'As the checker of a kernel build: make C=1 CHECK="pinscope kbuild"',
    run: kbuild,
  },
  explain: {
    usage: 'explain RULE',
    summary: 'What a rule means and how to repair what it finds (also --explain RULE)',
    run: explain,
  },
  rules: { usage: 'rules', summary: 'List the rules (also --list-rules)', run: listRules },
  simulate: {
    usage: 'simulate [options] FILE…',
    summary: 'Run a snippet or driver on the modelled memory management',
    help: async () => (await simulator()).SIMULATE_HELP,
    run: async (argv, _, io) => (await simulator()).simulate(argv, io),
  },
  model: {
    usage: 'model SCRIPT.json [--against TRACE]',
    summary: 'Run operations on the modelled memory management',
    run: async (argv, _, io) =>
      (await simulator()).modelCommand(argv, { out: (text) => io.stdout(text), err: (text) => io.stderr(text) }),
  },
  'gup-test': {
    usage: 'gup-test [-u|-U|-a|-b|-L] [-m MIB] [-n PAGES] [-r ROUNDS] …',
    summary: "The kernel's benchmark of GUP on the modelled memory management",
    help: async () => (await simulator()).GUP_TEST_HELP,
    run: async (argv, _, io) => (await simulator()).gupTestCommand(argv, io),
  },
};

/** Runs one command line; resolves to the exit code. Never rejects. */
export async function runCli(argv: readonly string[], analyser: AnalyserModule, io: Io): Promise<number> {
  const [first = '--help', ...rest] = argv;
  try {
    if (argv.includes('--version') || first === '-V') {
      io.stdout(`${TOOL.version}\n`);
      return EXIT.clean;
    }
    if (first === '--help' || first === '-h' || first === 'help') {
      const command = COMMANDS[rest[0] ?? ''];
      io.stdout((await command?.help?.()) ?? overview());
      return argv.length === 0 ? EXIT.failure : EXIT.clean;
    }
    if (first === '--list-rules') return listRules(rest, analyser, io);
    if (first === '--explain') return explain(rest, analyser, io);
    if (first.startsWith('--explain=')) return explain([first.slice('--explain='.length)], analyser, io);
    const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
    if (!command) {
      throw new UsageError(
        `there is no command "${first}"; the commands are ${Object.keys(COMMANDS).join(', ')}. To check a file: pinscope check ${first}`,
      );
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      io.stdout((await command.help?.()) ?? `Usage: pinscope ${command.usage}\n\n${command.summary}.\n`);
      return EXIT.clean;
    }
    return await command.run(rest, analyser, io);
  } catch (error) {
    if (isUsageError(error)) io.stderr(`pinscope: ${error.message}\n`);
    else
      io.stderr(
        `pinscope: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a bug in Pinscope; please report it with the file that was checked.\n`,
      );
    return EXIT.failure;
  }
}

function overview(): string {
  const width = Math.max(...Object.values(COMMANDS).map((command) => command.usage.length));
  const lines = Object.values(COMMANDS).map(
    (command) => `  pinscope ${command.usage.padEnd(width)}  ${command.summary}`,
  );
  return `Pinscope ${TOOL.version}: finds page-pinning mistakes in Linux driver code.\n\n${lines.join('\n')}\n\n  pinscope check --help   all options\n  pinscope --version\n`;
}
