import type { ShownMessage, Writer } from '@buhphone/shared/types/agent';
import { describe, expect, it } from 'vitest';

import { head } from '../gallery/talking';
import { arrived, begun, dayTitle, folded, grouped, isLong, lengthOf } from './talk';

const me: Writer = { kind: 'user' };
const anna: Writer = { kind: 'staff', name: 'Анна' };
const line: Writer = { kind: 'line', name: 'Анна' };

const of = (message_id: string, writer: Writer, day = '23.11.2026'): ShownMessage => ({
  message_id,
  writer,
  text: message_id,
  day,
  time: '10:42',
  state: null,
});

describe('a conversation', () => {
  it('is grouped by days and, within a day, by who wrote', () => {
    const days = grouped([
      of('1', me, '22.11.2026'),
      of('2', me),
      of('3', line),
      of('4', anna),
      of('5', anna),
      of('6', me),
    ]);
    const seen = days.map(({ day, runs }) => [day, ...runs.map(({ messages }) => messages.length)]);
    expect(seen).toEqual([
      ['22.11.2026', 1],
      ['23.11.2026', 1, 1, 2, 1],
    ]);
  });

  it('tells what came, and not what was there when it was opened', () => {
    const before = [of('1', me)];
    expect(arrived(undefined, before)).toBeUndefined();
    expect(arrived(before, before)).toBeUndefined();
    expect(arrived(before, [...before, of('2', anna)])).toMatchObject({ own: false });
    expect(arrived(before, [...before, of('2', me)])).toMatchObject({ own: true });
    expect(arrived(before, [...before, of('2', anna), of('3', me)])?.message.message_id).toBe('2');
  });

  it('just begun is found among those that were there', () => {
    const known = new Set(['a', 'b']);
    const heads = [head('staff', 'staff'), head('new', 'ordinary'), head('a', 'ordinary')];
    expect(begun(heads, 'ordinary', known)).toBe('new');
    expect(begun(heads, 'callback', known)).toBeUndefined();
  });
});

describe('a day', () => {
  it('is named without its year while that is the current one', () => {
    expect(dayTitle('ru', '23.11.2026', 2026)).toBe('23 ноября');
    expect(dayTitle('en', '23.11.2026', 2026)).toBe('23 November');
    expect(dayTitle('ru', '01.01.2025', 2026)).toMatch(/^1 января 2025/);
    expect(dayTitle('ru', 'вчера', 2026)).toBe('вчера');
  });
});

describe('a long text', () => {
  it('counts what a person sees as one character once', () => {
    expect(lengthOf('Ёж 🦔')).toBe(4);
  });

  it('is folded at a word, and a short one is not', () => {
    const text = 'слово '.repeat(1000);
    expect(isLong(text)).toBe(true);
    expect(folded(text)).toMatch(/слово…$/);
    expect(isLong('Коротко')).toBe(false);
  });

  it('of many lines is folded after some of them', () => {
    const text = Array.from({ length: 100 }, (_, place) => `${place}`).join('\n');
    expect(isLong(text)).toBe(true);
    expect(folded(text).split('\n').length).toBeLessThan(30);
  });

  it('without spaces is cut between whole characters', () => {
    const cut = folded('🦔'.repeat(2000));
    expect(cut).not.toMatch(/\p{Surrogate}/u);
  });
});
