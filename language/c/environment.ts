/** Which macros are defined: by the target, by the compiler, by the kernel, by the file and its headers so far. */
import type { ConditionEnv } from './condition.ts';
import { defineFromFlag } from './macros.ts';
import { LayeredMap } from './layered.ts';
import type { KernelVersion, MacroDef, Target } from './unit.ts';

/** KERNEL_VERSION(a, b, c): the sublevel saturates at 255 since 5.10 (include/generated/uapi/linux/version.h). */
export function versionCode(major: bigint, minor: bigint, patch: bigint): bigint {
  return (major << 16n) + (minor << 8n) + (patch > 255n ? 255n : patch);
}

/** LINUX_VERSION_CODE of a kernel. */
export function kernelCode(kernel: KernelVersion): bigint {
  return versionCode(BigInt(kernel.major), BigInt(kernel.minor), BigInt(kernel.patch));
}

/** Version macros of distributions: undefined on a mainline kernel. */
const DISTRIBUTION =
  /^CONFIG_(?:SUSE|SLE|RHEL|UEK)_?\w*$|^UTS_UBUNTU_\w+$|^(?:RHEL|SLE|SLES|SUSE|OPENSUSE|CENTOS|UEK|ORACLE|UBUNTU|DEBIAN|FEDORA|OPENEULER|EULER|KYLIN|UOS|ANOLIS|ALIBABA|AMAZON|XENSERVER|XCP|VMW|PHOTON|ANDROID|ROCKY|ALMA)(?:OS|_LINUX|LINUX)?(?:\d*|_\w+)?$/;
const UNDEFINED: ReadonlySet<string> = new Set([
  '__cplusplus',
  '__ASSEMBLY__',
  '__ASSEMBLER__',
  '__CHECKER__',
  '__GENKSYMS__',
  '__VDSO__',
  '_WIN32',
  'WIN32',
  '__FreeBSD__',
  '__clang__',
  '__sparse__',
  '__BIG_ENDIAN',
  '__BIG_ENDIAN_BITFIELD',
  '__KLOCWORK__',
  '__COVERITY__',
  '__BINDGEN__',
  'BITFIELD_BIG_ENDIAN',
  '__INTELLISENSE__',
  'LINUX_KERNEL_BELOW_2_6',
  '__CYGWIN__',
  '__NetBSD__',
  '__OpenBSD__',
  '__APPLE__',
  'CONFIG_CC_IS_CLANG',
]);
const DEFINED = new Map<string, bigint | undefined>([
  ['__KERNEL__', 1n],
  ['MODULE', 1n],
  ['__linux__', 1n],
  ['linux', 1n],
  ['__GNUC__', 12n],
  ['__GNUC_MINOR__', 2n],
  ['__STDC__', 1n],
  ['__CHAR_BIT__', 8n],
  ['__LITTLE_ENDIAN', 1234n],
  ['__LITTLE_ENDIAN_BITFIELD', 1n],
  ['true', 1n],
  ['false', 0n],
  ['KERNEL_VERSION', undefined],
  ['__FILE__', undefined],
  ['__LINE__', undefined],
  ['__counter__', undefined],
]);

interface Entry {
  readonly def: MacroDef | null;
  /** Under an unknown condition: perhaps not in force. */
  readonly maybe: boolean;
  /** The last definition, if the file that made it undefined it again. */
  readonly past?: MacroDef;
}

/** Something that a text did to the macros. */
export type Effect = (env: Environment) => void;

/** Layered macro table: a child sees its base and overrides it. */
export class Environment implements ConditionEnv {
  /** Where what happens is noted, if somebody wants to do it to another environment. */
  recorded: Effect[] | undefined;
  private readonly entries = new Map<string, Entry>();
  private readonly skipped = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly choices: ReadonlyMap<string, boolean>,
    private readonly base?: Environment,
  ) {
    if (!base)
      for (const [name, value] of target.defines) {
        const def = value === null ? null : defineFromFlag(name, value);
        this.entries.set(def ? def.name : name, { def, maybe: false });
      }
  }

  private entry(name: string): Entry | undefined {
    return this.entries.get(name) ?? this.base?.entry(name);
  }

  define(def: MacroDef, maybe: boolean): void {
    this.recorded?.push((env) => env.define(def, maybe));
    // What the user gave on the command line stands over defaults in the code.
    if (this.target.defines.has(def.name) && def.params === null) return;
    const old = this.entry(def.name);
    // A second definition in another branch: the first one is kept for reading; variants tell them apart.
    if (maybe && old?.def && old.maybe) return;
    const own = this.entries.get(def.name);
    const last = own?.def && !own.maybe ? own.def : own?.past;
    const previous = !maybe && last?.path === def.path && last.start < def.start ? last : undefined;
    this.entries.set(def.name, {
      def: previous ? { ...def, previous: { ...previous, ended: previous.ended ?? def.start } } : def,
      maybe: maybe && !(old?.def && !old.maybe),
    });
  }

  undefine(name: string, maybe: boolean, path: string, at: number): void {
    this.recorded?.push((env) => env.undefine(name, maybe, path, at));
    const old = this.entry(name);
    if (maybe) {
      if (old?.def) this.entries.set(name, { def: old.def, maybe: true });
      return;
    }
    const own = this.entries.get(name);
    const past = own?.def?.path === path ? { ...own.def, ended: at } : own?.past;
    this.entries.set(name, { def: null, maybe: false, ...(past && !own?.maybe ? { past } : {}) });
  }

  /** A definition in a branch that is not taken: the project says itself when the name is defined, and it is not now. */
  skip(name: string): void {
    this.recorded?.push((env) => env.skip(name));
    this.skipped.add(name);
  }

  private isSkipped(name: string): boolean {
    return this.skipped.has(name) || (this.base?.isSkipped(name) ?? false);
  }

  /** All that conditions can ask of some names, and of those in the definitions of these. */
  answers(names: Iterable<string>): string {
    const asked = new Set(names);
    let out = '';
    for (const name of asked) {
      const e = this.entry(name);
      if (!e) {
        if (this.isSkipped(name)) out += `${name} skipped\n`;
        continue;
      }
      out += `${name}${e.maybe ? '?' : '='}${e.def ? `${e.def.params?.join() ?? '-'} ${e.def.body}` : ''}\n`;
      for (const inner of e.def?.body.match(/[A-Za-z_$][\w$]*/g) ?? []) asked.add(inner);
    }
    return out;
  }

  macro(name: string): MacroDef | null | undefined {
    const e = this.entry(name);
    return e && !e.maybe ? e.def : undefined;
  }

  defined(name: string): boolean | undefined {
    const e = this.entry(name);
    if (e && !e.maybe) return e.def !== null;
    if (e) return undefined;
    if (
      name === 'LINUX_VERSION_CODE' ||
      /^LINUX_VERSION_(?:MAJOR|PATCHLEVEL|SUBLEVEL)$/.test(name) ||
      DEFINED.has(name)
    )
      return true;
    if (UNDEFINED.has(name) || DISTRIBUTION.test(name) || this.isSkipped(name)) return false;
    return undefined;
  }

  builtin(
    name: string,
    args: readonly (bigint | undefined)[],
    texts: readonly string[],
  ): { readonly value: bigint | undefined } | undefined {
    if (texts.length === 0) {
      if (this.entry(name)) return undefined;
      const kernel = this.target.kernel;
      switch (name) {
        case 'LINUX_VERSION_CODE':
          return { value: kernelCode(kernel) };
        case 'LINUX_VERSION_MAJOR':
          return { value: BigInt(kernel.major) };
        case 'LINUX_VERSION_PATCHLEVEL':
          return { value: BigInt(kernel.minor) };
        case 'LINUX_VERSION_SUBLEVEL':
          return { value: BigInt(kernel.patch) };
        default:
          return DEFINED.has(name) ? { value: DEFINED.get(name) } : undefined;
      }
    }
    switch (name) {
      case 'KERNEL_VERSION': {
        const [a, b, c] = args;
        return { value: a === undefined || b === undefined || c === undefined ? undefined : versionCode(a, b, c) };
      }
      case 'RHEL_RELEASE_VERSION': {
        const [a, b] = args;
        return { value: a === undefined || b === undefined ? undefined : (a << 8n) + b };
      }
      case 'SLE_VERSION':
      case 'SUSE_VERSION': {
        const [a, b, c] = args;
        return { value: a === undefined || b === undefined || c === undefined ? undefined : versionCode(a, b, c) };
      }
      // of the backports project
      case 'LINUX_VERSION_IS_GEQ':
      case 'LINUX_VERSION_IS_LESS': {
        const [a, b, c] = args;
        if (a === undefined || b === undefined || c === undefined) return { value: undefined };
        const newer = kernelCode(this.target.kernel) >= versionCode(a, b, c);
        return { value: newer === (name === 'LINUX_VERSION_IS_GEQ') ? 1n : 0n };
      }
      case 'IS_ENABLED':
      case 'IS_REACHABLE':
      case 'IS_BUILTIN':
      case 'IS_MODULE':
        return { value: this.option(name, texts[0] ?? '') };
      default:
        // A version helper of a distribution that is not the target's.
        return DISTRIBUTION.test(name.replace(/_VERSION.*$/, '')) ? { value: undefined } : undefined;
    }
  }

  assumed(text: string): boolean | undefined {
    return this.choices.get(text);
  }

  private option(test: string, name: string): bigint | undefined {
    const e = this.entry(name) ?? this.entry(`${name}_MODULE`);
    if (!e || e.maybe) return undefined;
    if (!e.def) return 0n;
    const module = e.def.body === 'm' || e.def.name.endsWith('_MODULE');
    if (test === 'IS_BUILTIN') return module ? 0n : 1n;
    if (test === 'IS_MODULE') return module ? 1n : 0n;
    return e.def.body === '0' || e.def.body === 'n' ? 0n : 1n;
  }

  /** Every definition in force, maybe ones too, over those of the base (given by the caller, who keeps it). */
  over(base: ReadonlyMap<string, MacroDef>): {
    readonly all: ReadonlyMap<string, MacroDef>;
    readonly own: ReadonlyMap<string, MacroDef>;
    /** Names that it undefines. */
    readonly gone: ReadonlySet<string>;
  } {
    const own = new Map<string, MacroDef>();
    const gone = new Set<string>();
    this.entries.forEach((e, name) => {
      if (e.def) own.set(name, e.def);
      else if (e.past) own.set(name, e.past);
      else gone.add(name);
    });
    return { all: base.size === 0 ? own : new LayeredMap(base, own, gone), own, gone };
  }

  /** The definition of a macro, even if it may not be in force. */
  definition(name: string): MacroDef | undefined {
    return this.entry(name)?.def ?? undefined;
  }
}
