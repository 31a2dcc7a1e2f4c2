/** Fixes for a release of the wrong kind: change it to its partner, or change what takes the pages. */
import type { CallExpr } from '../../language/c/ast.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix } from '../findings.ts';
import { disjoint } from './edits.ts';
import { convertToGet, convertToPin } from './convert.ts';
import { type Component, componentOf } from './flow.ts';
import { joined, releaseToGet, releaseToPin } from './rewrite.ts';

const DATA = new Set(['dma-map', 'dma-sync', 'put-in', 'kmap', 'data']);

/** The pages' data is touched, by a device or by the CPU: they want a pin. */
const usesData = (g: Component): boolean => g.uses.some((u) => DATA.has(u.effect.kind));

/** `wanted`: what the pages were taken with, so what the release should give back. */
export function matchRelease(file: FileAnalysis, release: CallExpr, wanted: 'get' | 'pin'): readonly Fix[] {
  const site =
    file.groups.releases.find((r) => r.call === release) ??
    file.groups.releases.find((r) => r.call.start === release.start && r.call.end === release.end);
  if (!site) return [];
  // the acquire whose pages get here; of several, one of the wanted kind
  const reached = (file.groups.groupOf(site.key)?.acquires ?? [])
    .map((a) => componentOf(file, a.call))
    .filter((c) => c?.releases.includes(site));
  const group = reached.find((c) => c?.acquires.some((a) => a.kind === wanted)) ?? reached[0];
  const oneKind =
    !!group &&
    group.acquires.length > 0 &&
    group.acquires.every((a) => a.kind === wanted && a.fact.takes !== 'by-iter') &&
    !group.shared.some((x) => x.release === site);
  const acquires = group?.acquires ?? [];
  const scope = new Set([release.start]);
  const rewrite =
    wanted === 'pin'
      ? releaseToPin(
          file,
          site.fn,
          site.call,
          site.effect,
          acquires.map((a) => a.call),
          scope,
        )
      : releaseToGet(file, site.fn, site.call, scope);
  const fixes: Fix[] = [];
  // a get whose data is used, or that only unpins follow, was meant as a pin: there the acquire is wrong
  const meantPin =
    wanted === 'get' && !!group && (usesData(group) || group.releases.every((r) => r.effect.of === 'pin'));
  const others =
    wanted === 'get' ? gets(file, group) : !group || usesData(group) ? [] : convertToGet(file, group).fixes;
  const preferOther = meantPin && others.length > 0;
  if (!('problem' in rewrite)) {
    const edits = joined(file, [rewrite]);
    if (edits.length && disjoint(edits)) {
      fixes.push({
        title: `Release with ${newName(edits, calleeName(release) ?? '', wanted)}`,
        safe: oneKind && !preferOther && !meantPin && !rewrite.risky,
        preferred: !preferOther,
        edits,
      });
    }
  }
  const acquire = others.map((o) => ({ ...o, safe: preferOther && o.safe, preferred: preferOther, choice: 'acquire' }));
  return preferOther ? [...acquire, ...fixes] : [...fixes, ...acquire];
}

function gets(file: FileAnalysis, group: Component | undefined): readonly Fix[] {
  const get = group?.acquires.find((a) => a.kind === 'get');
  return get ? convertToPin(file, get.call).fixes : [];
}

function newName(edits: readonly { readonly newText: string }[], old: string, wanted: 'get' | 'pin'): string {
  for (const e of edits) {
    const m = /\b((?:un)?pin_\w+|put_page|folio_put\w*|release_pages)\b/.exec(e.newText);
    if (m) return `${m[1]}()`;
  }
  return `the ${wanted === 'pin' ? 'unpin' : 'put'} partner of ${old}()`;
}
