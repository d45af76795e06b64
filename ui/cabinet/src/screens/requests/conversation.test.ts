import type { Message } from '@buhphone/shared/types/cabinet';
import { describe, expect, it } from 'vitest';
import { byDays, deliveryOf, readUpTo, telOf } from './conversation';

const message = (message_id: string, kind: 'user' | 'staff', recorded_at: string, read = false): Message => ({
  message_id,
  request_id: 'request',
  author: kind === 'user' ? { kind } : { kind, name: 'Смирнова' },
  text: message_id,
  recorded_at,
  delivered_at: null,
  read_at: read ? recorded_at : null,
});

const talk = [
  message('a', 'user', '2026-11-22T20:59:59Z', true),
  message('b', 'user', '2026-11-22T21:00:00Z'),
  message('c', 'staff', '2026-11-22T21:01:00Z'),
  message('d', 'user', '2026-11-23T05:00:00Z'),
];

describe('a conversation', () => {
  it('is divided by the days of the partner', () => {
    const days = byDays(talk, 'Europe/Moscow').map(({ day, messages }) => [day, messages.length]);
    expect(days).toEqual([
      ['22.11.2026', 1],
      ['23.11.2026', 3],
    ]);
  });

  it('is read up to the last unread message that was seen, never by our own', () => {
    expect(readUpTo(talk, new Set(['a', 'c']))).toBeUndefined();
    expect(readUpTo(talk, new Set(['b', 'c']))).toBe('b');
    expect(readUpTo(talk, new Set(['b', 'd']))).toBe('d');
  });

  it('tells how far a message got', () => {
    const at = '2026-11-23T05:00:00Z';
    expect(deliveryOf({ ...talk[2]!, delivered_at: null })).toBe('undelivered');
    expect(deliveryOf({ ...talk[2]!, delivered_at: at })).toBe('delivered');
    expect(deliveryOf({ ...talk[2]!, delivered_at: at, read_at: at })).toBe('read');
  });
});

it('calls a number as it is written', () => {
  expect(telOf('+7 (916) 555-10-04')).toBe('tel:+79165551004');
});
