/**
 * Findings: what the rules report, as plain data. The editor, the CLI, SARIF and the tests all start here; nothing in
 * this file knows LSP or a file system. Offsets are UTF-16 indices into the file's text.
 */
import type { Span } from '../language/c/ast.ts';
import type { KernelVersion, Target } from '../language/c/unit.ts';

export type RuleId =
  | 'mismatched-release'
  | 'leaked-pin'
  | 'double-release'
  | 'use-after-release'
  | 'get-for-dma'
  | 'missing-longterm'
  | 'longterm-without-pin'
  | 'internal-flag'
  | 'missing-dirty'
  | 'dirty-without-lock'
  | 'write-direction-mismatch'
  | 'unchecked-pin-count'
  | 'mmap-lock'
  | 'sleep-in-atomic'
  | 'removed-api'
  | 'null-pages'
  | 'foll-force'
  | 'refcount-misuse'
  | 'unaccounted-longterm'
  | 'prefer-mmu-notifier';

export type Level = 'error' | 'warning' | 'info' | 'hint';

/** One step on the path from the acquire to the fault, in words ("`ret < nr` is true: only some pages were pinned"). */
export interface PathStep {
  readonly path: string;
  readonly span: Span;
  readonly message: string;
  /** 'acquire' and 'fault' are the ends; 'branch' a decision; 'event' anything else that matters. */
  readonly role: 'acquire' | 'branch' | 'event' | 'fault';
}

export interface TextEdit {
  readonly path: string;
  readonly span: Span;
  readonly newText: string;
}

/** A repair. All edits of one fix are applied together or not at all; they never overlap. */
export interface Fix {
  readonly title: string;
  /** Safe fixes are applied by fix-all; an unsafe one needs a person to choose it. */
  readonly safe: boolean;
  /** The one that Ctrl+. offers first. */
  readonly preferred?: boolean;
  /** Candidates with the same name are ways to do the same; the first that is proven to hold is offered. */
  readonly choice?: string;
  /** The call was refused as it stood, so what follows it was not looked at: that may be reported afterwards. */
  readonly uncovers?: boolean;
  /** The edits are right in every configured kernel as they stand; others are put together from what each kernel wants. */
  readonly everywhere?: boolean;
  readonly edits: readonly TextEdit[];
}

export interface Finding {
  readonly rule: RuleId;
  readonly level: Level;
  readonly path: string;
  readonly span: Span;
  /** Says what, why and what to do; names the call, the variable and the count. */
  readonly message: string;
  /** Name of the function that holds `span`; '' outside of functions. */
  readonly functionName: string;
  readonly steps: readonly PathStep[];
  /** CASE 1–5 of Documentation/core-api/pin_user_pages.rst, where one applies. */
  readonly caseNumber?: 1 | 2 | 3 | 4 | 5;
  /** Kernel versions, of those asked for, in which it holds. */
  readonly kernels: readonly KernelVersion[];
  /** Stable over edits elsewhere: rule, function and shape; no line numbers. For baselines and deduplication. */
  readonly fingerprint: string;
  /** Computed on demand: fixes can be costly. Empty: no fix, `fixNote` may say why. */
  readonly fixes: () => readonly Fix[];
  readonly fixNote?: () => string | undefined;
}

/** A rule that threw, a function that went over its budget, a file that could not be read as C. */
export interface Notice {
  readonly kind: 'rule-failed' | 'budget' | 'syntax' | 'unused-suppression' | 'internal';
  readonly path: string;
  readonly span?: Span;
  readonly message: string;
}

/** A file of the same driver, and what of it matters to the one that is analysed. */
export interface LinkedFile {
  readonly path: string;
  readonly text: string;
  readonly headers: readonly { readonly path: string; readonly text: string }[];
  /** Names of the functions that are to be looked at. */
  readonly functions: readonly string[];
}

export interface FileInput {
  readonly path: string;
  readonly text: string;
  /** Other files of the driver (see server/linking). Findings are those of the file itself and its headers. */
  readonly linked?: readonly LinkedFile[];
  /** Local headers reachable by #include "…", transitively, already read. */
  readonly headers: readonly { readonly path: string; readonly text: string }[];
}

export interface AnalysisOptions {
  /** One analysis for each; findings are merged. At least one. */
  readonly targets: readonly Target[];
  /** 'off' removes the rule. */
  readonly severity: Partial<Record<RuleId, Level | 'off'>>;
  /**
   * Which fixes findings have: those that are proven to hold (which costs an analysis each; so it is if nothing is said), all that
   * the rules propose, or none, where nobody looks at them.
   */
  readonly fixes?: 'proven' | 'unproven' | 'none';
  /**
   * For an answer while somebody types: the functions that were edited are looked at anew, and of those that call them is said
   * what was found before. `AnalysisResult.isSettled` tells whether that is all that there is to say.
   */
  readonly hasty?: boolean;
  /** What names no call of the families is analysed as well: shows that nothing in C stops the analyser (see test/bench/corpus.mjs). */
  readonly exhaustive?: boolean;
  /** Polled between and within functions; true stops the analysis (the result is then incomplete). */
  readonly cancelled?: () => boolean;
}

export interface AnalysisResult {
  readonly path: string;
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
  /** Findings that a comment suppressed, for SARIF's `suppressions`. */
  readonly suppressed: readonly { readonly finding: Finding; readonly reason: string }[];
  readonly complete: boolean;
  /** False: a hasty analysis, and one without haste may find something else. */
  readonly isSettled?: boolean;
  /** Findings of which some fix was not tried, because those of the file took too long; told of when fixes were asked for. */
  readonly untried?: () => number;
  readonly stats: {
    readonly functions: number;
    readonly analysed: number;
    readonly states: number;
    /** Places that could not be parsed, over all targets. */
    readonly syntaxErrors: number;
    readonly overBudget: readonly string[];
  };
}

/** Documentation and metadata of a rule, taken from its file; docs pages, settings, SARIF rules are generated from it. */
export interface RuleMeta {
  readonly id: RuleId;
  readonly level: Level;
  /** One line. */
  readonly summary: string;
  /** Markdown: what is wrong, why it matters, what to do. */
  readonly docs: string;
  readonly fixable: boolean;
  /** Kernel document or file that states the rule. */
  readonly source: string;
  readonly examples: readonly { readonly title: string; readonly bad: string; readonly good: string }[];
}
