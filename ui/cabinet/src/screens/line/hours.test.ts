import { describe, expect, it } from 'vitest';
import { dayFault, readTime, toDrafts, toHours } from './hours';

describe('a time', () => {
  it('is read as people type it', () => {
    const typed = ['9', '09', '930', '9:30', '9.30', ' 18-00 ', '1800', '24', '24:00', '0:00'];
    expect(typed.map(readTime)).toEqual([
      '09:00',
      '09:00',
      '09:30',
      '09:30',
      '09:30',
      '18:00',
      '18:00',
      '24:00',
      '24:00',
      '00:00',
    ]);
  });

  it('is not read from anything else', () => {
    expect(['', '25', '9:60', '24:01', 'утро', '9:3', '12345'].map(readTime)).toEqual(
      Array(7).fill(undefined),
    );
  });
});

describe('the hours of a day', () => {
  const day = (from: string, to: string) => dayFault({ works: true, from, to });

  it('end later than they begin', () => {
    expect([
      day('9', '18'),
      day('0', '24'),
      day('9', '9'),
      day('18', '9'),
      day('24', '24'),
      day('', '9'),
    ]).toEqual([undefined, undefined, 'badOrder', 'badOrder', 'badTime', 'badTime']);
    expect(dayFault({ works: false, from: 'x', to: '' })).toBeUndefined();
  });

  it('go to the form and back', () => {
    const hours = [
      { weekday: 1, from: '09:00', to: '18:00' },
      { weekday: 7, from: '10:00', to: '24:00' },
    ];
    expect(toDrafts(hours).map(({ works }) => works)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(toHours(toDrafts(hours))).toEqual(hours);
  });
});
