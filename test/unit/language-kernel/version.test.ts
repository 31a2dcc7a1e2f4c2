import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelVersion } from '../../../language/c/unit.ts';
import {
  compareVersions,
  describeRange,
  formatVersion,
  inRange,
  isVersionError,
  knownVersions,
  parseVersion,
  rangesOverlap,
} from '../../../language/kernel/version.ts';

const version = (text: string): KernelVersion => {
  const parsed = parseVersion(text);
  if (isVersionError(parsed)) throw new Error(parsed.error);
  return parsed;
};

describe('parseVersion', () => {
  it.each([
    ['6.12', 6, 12, 0],
    ['5.4.17', 5, 4, 17],
    ['v4.4', 4, 4, 0],
    [' 6.1.0-18-amd64 ', 6, 1, 0],
    ['6.13-rc2', 6, 13, 0],
    ['7.2', 7, 2, 0],
  ])('reads %s', (text, major, minor, patch) => {
    expect(parseVersion(text)).toEqual({ major, minor, patch });
  });

  it.each([
    ['', /not a kernel version/],
    ['latest', /"latest" is not a kernel version; write it like "6\.12"/],
    ['6', /not a kernel version/],
    ['6.12.', /not a kernel version/],
    ['6.1.2.3', /not a kernel version/],
    ['-6.1', /not a kernel version/],
    ['3.10', /too old.*4\.4/],
    ['4.3', /too old/],
    ['2.6.32', /too old/],
    ['4.21', /no kernel 4\.21: the 4\.x series ends with 4\.20/],
    ['6.99', /ends with 6\.19/],
    ['9.0', /not known: the tables end with 7\.x/],
    ['99999.1', /not a kernel version/],
  ])('refuses %j in words', (text, message) => {
    const parsed = parseVersion(text);
    expect(isVersionError(parsed) && parsed.error).toMatch(message);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseVersion(text);
        return isVersionError(parsed) ? parsed.error.length > 0 : parsed.major >= 4;
      }),
    );
  });

  it('accepts every known version and writes it back', () => {
    expect(knownVersions).toContain('4.4');
    expect(knownVersions).toContain('4.20');
    expect(knownVersions).toContain('5.19');
    expect(knownVersions).toContain('6.12');
    expect(knownVersions).toContain('7.0');
    expect(knownVersions).not.toContain('4.3');
    for (const text of knownVersions) expect(formatVersion(version(text))).toBe(text);
  });
});

describe('order and ranges', () => {
  it('orders by number, not by text', () => {
    const sorted = ['6.12', '6.2', '5.19', '6.1.140', '6.1'].map(version).sort(compareVersions).map(formatVersion);
    expect(sorted).toEqual(['5.19', '6.1', '6.1.140', '6.2', '6.12']);
  });

  it('is half-open', () => {
    const range = { since: version('5.6'), until: version('6.5') };
    expect(['5.5.19', '5.6', '6.4.16', '6.5'].map((text) => inRange(range, version(text)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(inRange({ since: null, until: null }, version('4.4'))).toBe(true);
  });

  it('sees overlaps', () => {
    const a = { since: null, until: version('5.6') };
    const b = { since: version('5.6'), until: null };
    const c = { since: version('5.4'), until: version('5.8') };
    expect(rangesOverlap(a, b)).toBe(false);
    expect(rangesOverlap(a, c)).toBe(true);
    expect(rangesOverlap(c, b)).toBe(true);
  });

  it('says ranges in words', () => {
    expect(describeRange({ since: version('5.6'), until: null })).toBe('since 5.6');
    expect(describeRange({ since: null, until: version('4.6') })).toBe('gone in 4.6');
    expect(describeRange({ since: version('5.8'), until: version('5.18') })).toBe('from 5.8, gone in 5.18');
    expect(describeRange({ since: null, until: null })).toBe('');
  });
});
