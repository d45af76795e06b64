import { describe, expect, it } from 'vitest';

import { backspaceOverSpace, digitsOf, edit, grouped } from './code';

const CODE = '482109375526';

describe('a code', () => {
  it.each([
    ['482109375526'],
    ['4821-0937-5526'],
    ['4821 0937 5526'],
    [' 4821 – 0937 — 5526\n'],
    ['Код: 4821.0937.5526'],
    ['buhphone://connect?code=482109375526&cloud=https%3A%2F%2Fcloud-7.example.ru'],
    ['https://cloud-7.example.ru/c?cloud=1&code=4821-0937-5526'],
  ])('is read from %j', (text) => {
    expect(digitsOf(text)).toBe(CODE);
  });

  it('is grouped by four as it is typed', () => {
    expect(['', '4', '4821', '48210', '482109375526'].map(grouped)).toEqual([
      '',
      '4',
      '4821',
      '4821 0',
      '4821 0937 5526',
    ]);
  });
});

describe('the field', () => {
  it('keeps the caret after the digit just typed', () => {
    expect(edit('48210', 5)).toEqual({ text: '4821 0', caret: 6, excess: 0 });
  });

  it('keeps the caret where a digit was put into the middle', () => {
    expect(edit('4829 1093', 4)).toEqual({ text: '4829 1093', caret: 5, excess: 0 });
    expect(edit('489 1093', 3)).toEqual({ text: '4891 093', caret: 3, excess: 0 });
  });

  it('puts the caret to the end of a pasted link', () => {
    const link = `buhphone://connect?code=${CODE}&cloud=https://c1.ru`;
    expect(edit(link, link.length)).toEqual({ text: '4821 0937 5526', caret: 14, excess: 0 });
  });

  it('takes no thirteenth digit', () => {
    expect(edit('4821 0937 55261', 15)).toEqual({ text: '4821 0937 5526', caret: 14, excess: 1 });
  });

  it('refuses letters and keeps the rest', () => {
    expect(edit('48a2', 3)).toEqual({ text: '482', caret: 2, excess: 0 });
  });

  it('lets Backspace step over the space of a group', () => {
    expect(backspaceOverSpace('4821 0937', 5)).toEqual({ text: '4820 937', caret: 3, excess: 0 });
    expect(backspaceOverSpace('4821 0937', 4)).toBeUndefined();
  });
});
