/** Kernels that stand for the branches of a file's own version ladders. */
import type { KernelVersion, Target } from '../../language/c/unit.ts';
import { compareVersions, isVersionError, knownVersions, parseVersion } from '../../language/kernel/index.ts';

/** More are not looked at: each costs an analysis of the file. */
const MAX_KERNELS = 6;
/** Older kernels have no pins: nothing can be converted for them. */
const FIRST_PIN: KernelVersion = { major: 5, minor: 6, patch: 0 };

/** For each version that the conditions of the file name: it, and the release before it; without those asked for already. */
export function ladderKernels(text: string, targets: readonly Target[]): KernelVersion[] {
  const out: KernelVersion[] = [];
  const add = (v: KernelVersion): void => {
    const known = [...targets.map((t) => t.kernel), ...out].some((k) => compareVersions(k, v) === 0);
    if (!known && compareVersions(v, FIRST_PIN) >= 0 && out.length < MAX_KERNELS) out.push(v);
  };
  const releases = knownVersions.flatMap((text) => {
    const v = parseVersion(text);
    return isVersionError(v) ? [] : [v];
  });
  for (const m of text.matchAll(/\bKERNEL_VERSION\s*\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)/g)) {
    const v = { major: Number(m[1]), minor: Number(m[2]), patch: Number(m[3]) };
    const before = releases.filter((r) => compareVersions(r, v) < 0).at(-1);
    if (before) add(before);
    add(v);
  }
  return out;
}
