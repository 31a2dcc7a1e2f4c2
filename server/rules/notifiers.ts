/** What a driver that learns of changes to a mapping need not do. */
import { perFile } from '../analysis/per-function.ts';

/**
 * The file is told when the pages of a mapping change (include/linux/mmu_notifier.h): it registers for that, or asks whether it was. Pages that it
 * holds may go any time, so they are not held for long (CASE 3 of pin_user_pages.rst).
 */
export const usesNotifiers = perFile((file) =>
  /\bmmu_(interval_)?notifier_(register|insert|get|register_locked)\b|\bmmu_interval_(notifier|read_begin)/.test(
    file.unit.text,
  ),
);
