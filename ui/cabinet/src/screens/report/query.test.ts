import { expect, it } from 'vitest';
import { nextOrder, readQuery } from './query.svelte';

const period = { from: '2026-11-01', to: '2026-11-30' };
const asked = {
  ...period,
  authorized: 'all',
  search: '',
  sort: 'default',
  descending: false,
  page: 1,
} as const;

it('asks nothing without a period', () => {
  expect(readQuery(new URLSearchParams('authorized=no'))).toBeUndefined();
});

it('reads an address whole', () => {
  const query = new URLSearchParams(
    'from=2026-11-01&to=2026-11-30&authorized=no&search=007&sort=uses1c&descending=true&page=3',
  );
  expect(readQuery(query)).toEqual({
    ...period,
    authorized: 'no',
    search: '007',
    sort: 'uses1c',
    descending: true,
    page: 3,
  });
});

it('takes what it does not understand for what is usual', () => {
  const query = new URLSearchParams('from=2026-11-01&to=2026-11-30&authorized=maybe&sort=shoe&page=-2');
  expect(readQuery(query)).toEqual(asked);
});

it('turns a column up, down and off', () => {
  expect(nextOrder(asked, 'client')).toEqual({ sort: 'client', descending: '' });
  expect(nextOrder({ ...asked, sort: 'client' }, 'client')).toEqual({ sort: 'client', descending: 'true' });
  expect(nextOrder({ ...asked, sort: 'client', descending: true }, 'client')).toEqual({
    sort: '',
    descending: '',
  });
});
