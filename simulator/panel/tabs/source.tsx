/** The whole source, with what ran and what comes next; for pages that have no editor beside them. */
import { useEffect, useRef } from 'preact/hooks';
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';

/** The tab. */
export function Source({ control }: { readonly control: Controller }) {
  const now = s.step.value;
  const ran = s.ownLine(now - 1);
  const next = now < s.length.value ? s.ownLine(now) : 0;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const line = box.current?.querySelector('.ran, .next');
    const outer = box.current;
    if (line instanceof HTMLElement && outer) {
      const y = line.offsetTop;
      if (y < outer.scrollTop || y > outer.scrollTop + outer.clientHeight - 40)
        outer.scrollTop = Math.max(0, y - outer.clientHeight / 2);
    }
  }, [ran, next]);
  const bad = new Set(s.run.value?.faults.map((f) => f.line));
  const muted = new Set(s.loaded.value?.options.muted ?? []);
  return (
    <div ref={box} class="source" tabIndex={0} role="group" aria-label={t('tabSource')}>
      <ol class="code">
        {s.lines.value.map((text, i) => {
          const l = i + 1;
          return (
            <li
              key={l}
              class={`${l === ran ? 'ran' : ''} ${l === next ? 'next' : ''} ${bad.has(l) ? 'faulty' : ''} ${muted.has(l) ? 'muted' : ''}`}
            >
              <button
                type="button"
                class="line"
                tabIndex={-1}
                title={t('openLine', l)}
                onClick={() => control.openLine(l)}
              >
                <span class="pointer">{l === ran ? '✓' : l === next ? '➜' : ''}</span>
                <span class="number">{l}</span>
                <code>{text.replaceAll('\t', '    ')}</code>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
