/** Working hours as people type them: `9`, `930`, `9.30`, `9:30` are times; `24:00` is the day's end. */

import type { DayHours } from '@buhphone/shared/types/cabinet';

/** A weekday of the form; the texts stay while it is a day off. */
export interface DayDraft {
  works: boolean;
  from: string;
  to: string;
}

/** `09:30` of what was typed; nothing if it is no time. */
export function readTime(typed: string): string | undefined {
  const match = /^(\d{1,2})(?:\s*[:.,\-\s]?\s*(\d{2}))?$/.exec(typed.trim());
  if (!match) return undefined;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return undefined;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Why the day's hours cannot be kept. */
export function dayFault(day: DayDraft): 'badTime' | 'badOrder' | undefined {
  if (!day.works) return undefined;
  const [from, to] = [readTime(day.from), readTime(day.to)];
  if (!from || !to || from === '24:00') return 'badTime';
  return from < to ? undefined : 'badOrder';
}

export function toDrafts(hours: DayHours[]): DayDraft[] {
  return Array.from({ length: 7 }, (_, at) => {
    const row = hours.find(({ weekday }) => weekday === at + 1);
    return row ? { works: true, from: row.from, to: row.to } : { works: false, from: '09:00', to: '18:00' };
  });
}

/** Of days without a fault. */
export function toHours(days: DayDraft[]): DayHours[] {
  return days.flatMap(({ works, from, to }, at) =>
    works ? [{ weekday: at + 1, from: readTime(from) ?? from, to: readTime(to) ?? to }] : [],
  );
}
