/**
 * Settings → analysis options. The same for the editor's `pinscope.*` settings and the CLI's flags. A value that makes no
 * sense gives a problem that names it and what to write instead; the default stands in for it.
 */
import * as v from 'valibot';
import type { KernelVersion, Target } from '../language/c/unit.ts';
import { defaultKernel, formatVersion, isVersionError, parseVersion } from '../language/kernel/version.ts';
import type { AnalysisOptions, Level, RuleId } from './findings.ts';
import { readConfigHeader } from './config-header.ts';
import { LEVELS, RULE_IDS, isRuleId } from './rule-ids.ts';

export interface Settings {
  /** At least one, no two the same. */
  readonly kernelVersions: readonly KernelVersion[];
  /** Value of each macro that the build fixes; null: known to be undefined. */
  readonly defines: ReadonlyMap<string, string | null>;
  /** Files whose macros count as defines, below those that are listed; see config-header.ts. */
  readonly configHeaders: readonly string[];
  readonly severity: Partial<Record<RuleId, Level | 'off'>>;
  /** Globs of files that are not checked, relative to the workspace folder. */
  readonly exclude: readonly string[];
}

/** Something in the settings that could not be used. */
export interface SettingProblem {
  /** "pinscope.kernelVersions" */
  readonly setting: string;
  /** A sentence for the user. */
  readonly message: string;
}

/** The manifest's `pinscope.*` settings that the server reads; a test compares them. */
export const SETTING_KEYS = ['kernelVersions', 'defines', 'configHeaders', 'severity', 'exclude'] as const;

const IDENTIFIER = /^[A-Za-z_]\w*$/;
const strings = v.array(v.string());
const macros = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));
const levels = v.record(v.string(), v.string());

/** Reads the editor's settings (the value of section `pinscope`). Never throws. */
export function readSettings(raw: unknown): {
  readonly settings: Settings;
  readonly problems: readonly SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  const given = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const read = <T>(
    key: (typeof SETTING_KEYS)[number],
    schema: v.GenericSchema<unknown, T>,
    shape: string,
  ): T | undefined => {
    const value = given[key];
    if (value === undefined || value === null) return undefined;
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    problems.push({ setting: `pinscope.${key}`, message: `must be ${shape}; it is ignored.` });
    return undefined;
  };
  const complain = (setting: string) => (message: string) =>
    void problems.push({ setting: `pinscope.${setting}`, message });

  const versions = read('kernelVersions', strings, 'a list of kernel versions such as ["6.12"]');
  const defines = read('defines', macros, 'an object such as {"CONFIG_FOO": true}');
  const headers = read('configHeaders', strings, 'a list of files');
  const severity = read('severity', levels, 'an object such as {"leaked-pin": "warning"}');
  const exclude = read('exclude', strings, 'a list of globs');
  return {
    settings: {
      kernelVersions: readVersions(versions ?? [], complain('kernelVersions')),
      defines: readDefines(defines ?? {}, complain('defines')),
      configHeaders: headers ?? [],
      severity: readSeverity(severity ?? {}, complain('severity')),
      exclude: exclude ?? [],
    },
    problems,
  };
}

/** Settings with the macros of their config headers, given as text; what `defines` lists wins. */
export function withConfigHeaders(settings: Settings, texts: readonly string[]): Settings {
  if (texts.length === 0) return settings;
  return {
    ...settings,
    defines: new Map([...texts.flatMap((text) => [...readConfigHeader(text)]), ...settings.defines]),
  };
}

/** The versions that can be read; the default if that is none of them. */
export function readVersions(texts: readonly string[], complain: (message: string) => void): KernelVersion[] {
  const versions = new Map<string, KernelVersion>();
  for (const text of texts) {
    const version = parseVersion(text);
    if (isVersionError(version)) complain(version.error);
    else versions.set(formatVersion(version), version);
  }
  return versions.size > 0 ? [...versions.values()] : [defaultKernel];
}

function readDefines(
  given: Record<string, string | number | boolean>,
  complain: (message: string) => void,
): Map<string, string | null> {
  const defines = new Map<string, string | null>();
  for (const [name, value] of Object.entries(given)) {
    if (!IDENTIFIER.test(name)) complain(`"${name}" is no macro name; it is ignored.`);
    else defines.set(name, value === false ? null : value === true ? '1' : String(value));
  }
  return defines;
}

function readSeverity(
  given: Record<string, string>,
  complain: (message: string) => void,
): Partial<Record<RuleId, Level | 'off'>> {
  const severity: Partial<Record<RuleId, Level | 'off'>> = {};
  for (const [rule, level] of Object.entries(given)) {
    if (!isRuleId(rule)) complain(`there is no rule "${rule}". The rules are ${RULE_IDS.join(', ')}.`);
    else if (level === 'off' || (LEVELS as readonly string[]).includes(level)) severity[rule] = level as Level | 'off';
    else complain(`"${level}" is no level for ${rule}: use off, ${LEVELS.join(', ')}.`);
  }
  return severity;
}

/** Reads "NAME", "NAME=VALUE" (as for a compiler's -D) or "!NAME" (-U); undefined if it is none of them. */
export function readDefine(text: string): readonly [name: string, value: string | null] | undefined {
  const match = /^(!?)([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text);
  if (!match || (match[1] === '!' && match[3] !== undefined)) return undefined;
  return [match[2] ?? '', match[1] === '!' ? null : (match[3] ?? '1')];
}

/** One target for each kernel version, all with the same macros. */
export function targetsOf(settings: Pick<Settings, 'kernelVersions' | 'defines'>): Target[] {
  return settings.kernelVersions.map((kernel) => ({ kernel, defines: settings.defines }));
}

/** What the analyser is asked for, from the settings; `cancelled` is polled while it works. */
export function analysisOptions(settings: Settings, cancelled?: () => boolean): AnalysisOptions {
  return { targets: targetsOf(settings), severity: settings.severity, ...(cancelled && { cancelled }) };
}
