/**
 * Variants of a file that differ in nothing that matters to pages. A condition that nobody decides makes a variant of the whole file; most
 * often what stands under it is a message, or a register.
 */
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import type { FileAnalysis } from './file.ts';

/** Effects that say nothing of pages, nor of what may be done with them where. */
const HARMLESS: ReadonlySet<string> = new Set('alloc free err-ptr noreturn pure user-copy'.split(' '));
/** Names of the kernel's that are no calls: flags, directions. */
const CONSTANT = /^(?:FOLL_|(?:PCI_)?DMA_|VM_|READ$|WRITE$|ITER_)/;

/** Would the analysis of `other` find what that of `base` found? */
export function isAlike(base: FileAnalysis, other: TranslationUnit): boolean {
  const { unit } = base;
  if (unit.surroundings !== other.surroundings || unit.functions.length !== other.functions.length) return false;
  let fields: Set<string> | undefined;
  const matters = (f: FunctionDef): boolean => {
    for (const word of f.words) {
      if (word === f.name) {
        if (base.touches(word)) return true;
        continue;
      }
      if (facts.acquire(word) || CONSTANT.test(word) || base.touches(word)) return true;
      if (facts.call(word)?.effects.some((e) => !HARMLESS.has(e.kind))) return true;
      fields ??= base.groups.fieldNames();
      if (fields.has(word)) return true;
    }
    // what could not be read of it names nothing of the kind either
    return false;
  };
  const own = new Set(unit.functions);
  const theirs = new Set(other.functions);
  return ![...own].some((f) => !theirs.has(f) && matters(f)) && ![...theirs].some((f) => !own.has(f) && matters(f));
}
