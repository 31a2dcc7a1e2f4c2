/** What several tabs are made of. */
import type { ComponentChildren } from 'preact';
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';

/** A page number that selects the page. */
export function PageLink({
  page,
  control,
  children,
}: {
  readonly page: number;
  readonly control: Controller;
  readonly children?: ComponentChildren;
}) {
  if (page < 0) return <>{children ?? '—'}</>;
  return (
    <button type="button" class={page === s.page.value ? 'link on' : 'link'} onClick={() => control.select(page)}>
      {children ?? page}
    </button>
  );
}
