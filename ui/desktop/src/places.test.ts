import { expect, it } from 'vitest';

import { keyOf, placeIn } from './places';

const read = (query: string) => placeIn(new URLSearchParams(query));

it('reads where the shell leads from the window’s address', () => {
  expect(read('?screen=callback')).toEqual({ screen: 'callback' });
  expect(read('?screen=conversation&request_id=a%26b')).toEqual({
    screen: 'conversation',
    request_id: 'a&b',
  });
});

it.each(['', '?screen=conversation', '?screen=about', '?request_id=1'])('goes nowhere for «%s»', (query) => {
  expect(read(query)).toBeUndefined();
});

it('tells one conversation from another', () => {
  expect(keyOf({ screen: 'conversation', request_id: 'a' })).not.toBe(
    keyOf({ screen: 'conversation', request_id: 'b' }),
  );
});
