import { expect, it } from 'vitest';
import { innFault } from './inn';

it('accepts companies, persons and none', () => {
  for (const text of ['7707083893', '7830002293', ' 500100732259 ', '', '  ']) {
    expect(innFault(text), text).toBeUndefined();
  }
});

it('says what is wrong', () => {
  for (const [text, fault] of [
    ['77070838', 'length'],
    ['7707083894', 'mistyped'],
    ['500100732258', 'mistyped'],
    ['0000000000', 'mistyped'],
    ['770708389X', 'not_digits'],
    ['7707 083893', 'not_digits'],
  ] as const) {
    expect(innFault(text), text).toBe(fault);
  }
});
