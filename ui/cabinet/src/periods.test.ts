import { expect, it } from 'vitest';
import { periodOf, presetOf, presets, readPeriod } from './periods';

it('begins the week on Monday', () => {
  const week = { from: '2026-11-23', to: '2026-11-29' };
  expect(periodOf('this_week', '2026-11-23')).toEqual(week);
  expect(periodOf('this_week', '2026-11-26')).toEqual(week);
  expect(periodOf('this_week', '2026-11-29')).toEqual(week);
  expect(periodOf('last_week', '2026-11-29')).toEqual({ from: '2026-11-16', to: '2026-11-22' });
});

it('takes whole months, also over the turn of a year', () => {
  expect(periodOf('this_month', '2026-11-23')).toEqual({ from: '2026-11-01', to: '2026-11-30' });
  expect(periodOf('last_month', '2026-01-31')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
  expect(periodOf('last_month', '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' });
});

it('counts days over the turn of a year', () => {
  expect(periodOf('today', '2027-01-01')).toEqual({ from: '2027-01-01', to: '2027-01-01' });
  expect(periodOf('yesterday', '2027-01-01')).toEqual({ from: '2026-12-31', to: '2026-12-31' });
  expect(periodOf('this_week', '2027-01-01')).toEqual({ from: '2026-12-28', to: '2027-01-03' });
});

it('knows its presets again', () => {
  for (const preset of presets) expect(presetOf(periodOf(preset, '2026-11-23'), '2026-11-23')).toBe(preset);
  expect(presetOf({ from: '2013-01-01', to: '2013-12-31' }, '2026-11-23')).toBeUndefined();
});

it('reads no period out of a spoilt address', () => {
  expect(readPeriod('2026-11-01', '2026-11-30')).toEqual({ from: '2026-11-01', to: '2026-11-30' });
  expect(readPeriod('2026-11-30', '2026-11-01')).toBeUndefined();
  expect(readPeriod('2026-02-30', '2026-03-01')).toBeUndefined();
  expect(readPeriod('завтра', null)).toBeUndefined();
});
