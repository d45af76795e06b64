/** What a list shows, as the address holds it. */

import type { Listing } from './api/cabinet';

export function readListing(query: URLSearchParams): Listing {
  return {
    search: query.get('search') ?? '',
    archived: query.get('archived') === 'true',
    page: Math.max(1, Math.trunc(Number(query.get('page'))) || 1),
  };
}

/** «Иванова Мария Петровна». */
export function fullName(user: { surname: string; name: string; patronymic: string }): string {
  return [user.surname, user.name, user.patronymic].filter(Boolean).join(' ');
}
