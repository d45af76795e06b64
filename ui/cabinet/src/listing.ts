/** What a list shows, as the address holds it. */

import type { Listing } from './api/cabinet';
import { words } from './language.svelte';

export function readListing(query: URLSearchParams): Listing {
  return {
    search: query.get('search') ?? '',
    archived: query.get('archived') === 'true',
    page: Math.max(1, Math.trunc(Number(query.get('page'))) || 1),
  };
}

/** «Иванова Мария Петровна». Somebody whose data were erased has no name. */
export function fullName(user: {
  surname: string;
  name: string;
  patronymic: string;
  erased?: boolean;
}): string {
  if (user.erased) return words().person.erasedName;
  return [user.surname, user.name, user.patronymic].filter(Boolean).join(' ');
}
