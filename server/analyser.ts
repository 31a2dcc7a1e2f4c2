/**
 * The pure core: (files, options) → findings. No editor, no file system. One Analyser is one session: it keeps the
 * parser, the trees of open files (for incremental parsing) and the per-function caches.
 */
import type { AnalysisOptions, AnalysisResult, FileInput, RuleMeta } from './findings.ts';

export interface Analyser {
  /** Analyses one file. Never throws on bad input: unreadable code gives notices. */
  analyse(file: FileInput, options: AnalysisOptions): AnalysisResult;
  /**
   * The same in parts, for a caller that has other things to do meanwhile, or may want the result no more. Undefined: the
   * analyser was asked about the same path in between, or closed it; what was done is of no use.
   */
  steps(file: FileInput, options: AnalysisOptions): Generator<void, AnalysisResult | undefined, void>;
  /** Forgets the tree of a closed file. */
  close(path: string): void;
  /** Forgets all files and headers: what comes next has to do with others. */
  forgetAll(): void;
  dispose(): void;
}

/** True if the text can hold anything of interest: names of the API families. Cheap; used before parsing. */
export type Prefilter = (text: string) => boolean;

export interface AnalyserModule {
  createAnalyser(wasm: { treeSitter: Uint8Array | string; c: Uint8Array | string }): Promise<Analyser>;
  readonly mayMatter: Prefilter;
  readonly ruleMetas: readonly RuleMeta[];
}
