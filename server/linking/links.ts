/** The other files of a driver as the analysis of one file sees them: parsed beside it, and kept until they change. */
import {
  besideKey,
  forgetFile,
  KeptFunctions,
  parseUnit,
  type BesideUnit,
  type CParser,
  type ParseInput,
  type Target,
  type TranslationUnit,
} from '../../language/c/index.ts';
import { formatVersion } from '../../language/kernel/version.ts';
import { withInferredMacros } from '../analysis/configure.ts';
import type { LinkedFile } from '../findings.ts';

interface Kept {
  readonly text: string;
  readonly headers: LinkedFile['headers'];
  readonly functions: NonNullable<ParseInput['kept']>;
  /** By target. */
  readonly units: Map<string, TranslationUnit>;
}

/** Files of which trees are kept. */
const MAX_FILES = 40;

/** The parsed files that others are linked with. */
export class Links {
  private readonly kept = new Map<string, Kept>();
  constructor(
    private readonly parser: CParser,
    private readonly changed: () => void,
  ) {}

  read(files: readonly LinkedFile[], target: Target): BesideUnit[] {
    return files.map((file) => ({ unit: this.unitOf(file, target), functions: new Set(file.functions) }));
  }

  private unitOf(file: LinkedFile, target: Target): TranslationUnit {
    let kept = this.kept.get(file.path);
    this.kept.delete(file.path);
    if (!kept || kept.text !== file.text || !sameHeaders(kept.headers, file.headers)) {
      if (kept) this.changed();
      const functions: Kept['functions'] = kept?.functions ?? new KeptFunctions();
      kept = { text: file.text, headers: file.headers, functions, units: new Map() };
    }
    this.kept.set(file.path, kept);
    for (const path of this.kept.keys()) {
      if (this.kept.size <= MAX_FILES) break;
      this.forget(path);
    }
    const key = `${formatVersion(target.kernel)};${[...target.defines].map(([k, v]) => `${k}=${v}`).join(';')}`;
    let unit = kept.units.get(key);
    if (!unit) {
      const { path, text, headers } = file;
      unit = parseUnit(this.parser, {
        path,
        text,
        headers,
        target: withInferredMacros(path, text, headers, target),
        kept: kept.functions,
        beside: true,
      });
      kept.units.set(key, unit);
    }
    return unit;
  }

  clear(): void {
    for (const path of [...this.kept.keys()]) this.forget(path);
  }

  private forget(path: string): void {
    this.kept.delete(path);
    forgetFile(this.parser, besideKey(path));
  }
}

const sameHeaders = (a: LinkedFile['headers'], b: LinkedFile['headers']): boolean =>
  a === b ||
  (a.length === b.length && a.every((h, i) => h === b[i] || (h.path === b[i]!.path && h.text === b[i]!.text)));
