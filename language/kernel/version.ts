/** Kernel versions: order, text form, ranges, and which ones the settings accept. */
import type { KernelVersion } from '../c/unit.ts';
import type { VersionRange } from './types.ts';

/** What `parseVersion` gives for text that names no kernel it knows. */
export interface VersionError {
  /** A sentence for the user, with the offending text in it. */
  readonly error: string;
}

/** Last minor number of each finished major series (kernel.org tags); 7.x is still growing. */
const lastMinor: ReadonlyMap<number, number> = new Map([
  [4, 20],
  [5, 19],
  [6, 19],
  [7, 19],
]);

const oldest = { major: 4, minor: 4 } as const;

/** Every release that `pinscope.kernelVersions` accepts without its patch number, oldest first: "4.4" … "7.19". */
export const knownVersions: readonly string[] = [...lastMinor].flatMap(([major, last]) => {
  const first = major === oldest.major ? oldest.minor : 0;
  return Array.from({ length: last - first + 1 }, (_, i) => `${major}.${first + i}`);
});

/** The kernel assumed where nothing is configured: the one whose sources the tables follow. */
export const defaultKernel: KernelVersion = { major: 6, minor: 12, patch: 0 };

/** Negative if `a` is older than `b`, 0 if they are the same, positive if it is newer. */
export function compareVersions(a: KernelVersion, b: KernelVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/**
 * Reads "6.12", "v5.4.17", "6.1.0-18-amd64" or "6.13-rc2". Text of another shape, kernels before 4.4 and releases that
 * never were (4.21) give a `VersionError`, never an exception.
 */
export function parseVersion(text: string): KernelVersion | VersionError {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?(?:[-+][\w.+~-]*)?$/.exec(text.trim());
  if (!match) return { error: `"${text}" is not a kernel version; write it like "6.12" or "5.4.17".` };
  const major = Number(match[1]);
  const minor = Number(match[2]);
  const patch = Number(match[3] ?? 0);
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
    return { error: `Kernel ${major}.${minor} is too old: the tables begin with ${oldest.major}.${oldest.minor}.` };
  }
  const last = lastMinor.get(major);
  if (last === undefined) {
    const newest = [...lastMinor.keys()].at(-1);
    return { error: `Kernel ${major}.${minor} is not known: the tables end with ${newest}.x.` };
  }
  if (minor > last)
    return { error: `There is no kernel ${major}.${minor}: the ${major}.x series ends with ${major}.${last}.` };
  return { major, minor, patch };
}

/** Is it the refusal of `parseVersion` rather than a version? */
export function isVersionError(value: KernelVersion | VersionError): value is VersionError {
  return 'error' in value;
}

/** "6.12", or "5.4.17" when there is a patch number. */
export function formatVersion(version: KernelVersion): string {
  const base = `${version.major}.${version.minor}`;
  return version.patch > 0 ? `${base}.${version.patch}` : base;
}

/** Is `kernel` within the half-open range (`since` inclusive, `until` exclusive)? */
export function inRange(range: VersionRange, kernel: KernelVersion): boolean {
  if (range.since && compareVersions(kernel, range.since) < 0) return false;
  return !(range.until && compareVersions(kernel, range.until) >= 0);
}

/** Is there a kernel that lies in both ranges? */
export function rangesOverlap(a: VersionRange, b: VersionRange): boolean {
  const aEndsBeforeB = a.until !== null && b.since !== null && compareVersions(a.until, b.since) <= 0;
  const bEndsBeforeA = b.until !== null && a.since !== null && compareVersions(b.until, a.since) <= 0;
  return !aEndsBeforeB && !bEndsBeforeA;
}

/** "since 5.6", "until 6.4" (its last kernel series is the one before), "5.8 to 5.17"; empty for a range without ends. */
export function describeRange(range: VersionRange): string {
  const since = range.since ? formatVersion(range.since) : '';
  const until = range.until ? formatVersion(range.until) : '';
  if (since && until) return `from ${since}, gone in ${until}`;
  if (since) return `since ${since}`;
  return until ? `gone in ${until}` : '';
}
