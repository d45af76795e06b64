import { describe, expect, it } from 'vitest';
import {
  isItsUntil,
  printCivil,
  printDay,
  printDuration,
  printInstant,
  printMinute,
  printTime,
} from './dates';

describe('an instant', () => {
  it('is printed as 1С prints it, the hour without a leading zero', () => {
    expect(printInstant('2013-09-03T00:03:05Z', 'Europe/Moscow')).toBe('03.09.2013 4:03:05');
    expect(printInstant('2026-11-23T06:00:12Z', 'Europe/Moscow')).toBe('23.11.2026 9:00:12');
    expect(printInstant('2015-04-27T09:45:04.987Z', 'Europe/Moscow')).toBe('27.04.2015 12:45:04');
  });

  it('is midnight at zero, not at twenty-four', () => {
    expect(printInstant('2026-11-22T21:00:00Z', 'Europe/Moscow')).toBe('23.11.2026 0:00:00');
  });

  it('follows the history of the zone', () => {
    expect(printInstant('2014-10-25T21:59:59Z', 'Europe/Moscow')).toBe('26.10.2014 1:59:59');
    expect(printInstant('2014-10-25T22:00:00Z', 'Europe/Moscow')).toBe('26.10.2014 1:00:00');
  });

  it('has the day of the partner, not of the reader', () => {
    expect(printDay('2026-11-22T13:00:00Z', 'Asia/Kamchatka')).toBe('23.11.2026');
    expect(printDay('2026-11-22T13:00:00Z', 'Europe/Kaliningrad')).toBe('22.11.2026');
  });
});

describe('a civil date', () => {
  it('is printed in the precision it was given', () => {
    expect(printCivil('2015')).toBe('2015');
    expect(printCivil('2015-12-31')).toBe('31.12.2015');
  });

  it('is taken as the end of a contract when the cloud would take it', () => {
    for (const text of ['', ' 2015 ', '31.12.2015', '2015-12-31', '29.02.2016']) {
      expect(isItsUntil(text), text).toBe(true);
    }
    for (const text of [
      '15',
      '20155',
      '31.02.2015',
      '29.02.2015',
      '1889',
      '2015-13-01',
      'вчера',
      '00.00.2015',
    ]) {
      expect(isItsUntil(text), text).toBe(false);
    }
  });
});

describe('a time without its seconds', () => {
  it('is in the zone of the partner', () => {
    expect(printTime('2026-11-23T06:05:59Z', 'Europe/Moscow')).toBe('9:05');
    expect(printMinute('2026-11-22T21:00:00Z', 'Europe/Moscow')).toBe('23.11.2026 0:00');
  });
});

describe('a duration', () => {
  it('is minutes and seconds, with hours when there are any', () => {
    expect([0, 999, 67_400, 600_000, 3_723_000, -5].map(printDuration)).toEqual([
      '0:00',
      '0:00',
      '1:07',
      '10:00',
      '1:02:03',
      '0:00',
    ]);
  });
});
