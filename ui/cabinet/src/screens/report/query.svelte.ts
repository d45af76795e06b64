/** The report's question, as the address holds it. Without a period there is no question yet. */

import type { Column, Filter, ReportQuery } from '@buhphone/shared/types/cabinet';
import { readPeriod } from '../../periods';

export const columns = [
  'its_until',
  'uses1c',
  'category',
  'last_authorization',
  'authorized',
  'client',
  'user',
  'reason',
  'last_contact',
] as const satisfies Column[];

export type SortedColumn = (typeof columns)[number];

export const filters = ['all', 'yes', 'no'] as const satisfies Filter[];

/** The last report of this visit: where «Отчёт» and the way back from a card lead. */
let last = $state('/');

export const lastReport = {
  get address(): string {
    return last;
  },
  set address(address: string) {
    last = address;
  },
};

export function readQuery(query: URLSearchParams): ReportQuery | undefined {
  const period = readPeriod(query.get('from'), query.get('to'));
  if (!period) return undefined;
  return {
    ...period,
    authorized: filters.find((filter) => filter === query.get('authorized')) ?? 'all',
    search: query.get('search') ?? '',
    sort: columns.find((column) => column === query.get('sort')) ?? 'default',
    descending: query.get('descending') === 'true',
    page: Math.max(1, Math.trunc(Number(query.get('page'))) || 1),
  };
}

/** A press on a column: ascending, then descending, then the report's own order again. */
export function nextOrder(query: ReportQuery, column: SortedColumn): { sort: string; descending: string } {
  if (query.sort !== column) return { sort: column, descending: '' };
  return query.descending ? { sort: '', descending: '' } : { sort: column, descending: 'true' };
}
