/** Periods of the report: whole days of the partner, both ends included. A week begins on Monday. */

import { endOfMonth, parseDate, startOfMonth, type CalendarDate } from '@internationalized/date';

export interface Period {
  from: string;
  to: string;
}

export const presets = ['today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month'] as const;

export type Preset = (typeof presets)[number];

function monday(day: CalendarDate): CalendarDate {
  // Sunday is 0 to the platform.
  const weekday = day.toDate('UTC').getUTCDay();
  return day.subtract({ days: (weekday + 6) % 7 });
}

/** The days of a preset, counted from the partner's civil date now. */
export function periodOf(preset: Preset, today: string): Period {
  const day = parseDate(today);
  switch (preset) {
    case 'today':
      return between(day, day);
    case 'yesterday':
      return between(day.subtract({ days: 1 }), day.subtract({ days: 1 }));
    case 'this_week':
      return between(monday(day), monday(day).add({ days: 6 }));
    case 'last_week':
      return between(monday(day).subtract({ days: 7 }), monday(day).subtract({ days: 1 }));
    case 'this_month':
      return between(startOfMonth(day), endOfMonth(day));
    case 'last_month': {
      const month = startOfMonth(day).subtract({ days: 1 });
      return between(startOfMonth(month), month);
    }
  }
}

/** The preset these days are today, if they are one. */
export function presetOf(period: Period, today: string): Preset | undefined {
  return presets.find((preset) => {
    const { from, to } = periodOf(preset, today);
    return from === period.from && to === period.to;
  });
}

/** A period out of an address anybody may have written; nothing if it is none. */
export function readPeriod(from: string | null, to: string | null): Period | undefined {
  try {
    return from && to && parseDate(from).compare(parseDate(to)) <= 0 ? { from, to } : undefined;
  } catch {
    return undefined;
  }
}

function between(from: CalendarDate, to: CalendarDate): Period {
  return { from: from.toString(), to: to.toString() };
}
