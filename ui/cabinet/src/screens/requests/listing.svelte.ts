/** Which requests are shown, as the address holds it, and where their list was last. */

import { requestKinds, requestStates, type RequestListing } from '../../api/cabinet';

let last = $state('/requests');

/** Where the section's name and the way back from a conversation lead. */
export const lastRequests = {
  get address(): string {
    return last;
  },
  set address(address: string) {
    last = address;
  },
};

export function readRequestListing(query: URLSearchParams): RequestListing {
  return {
    state: requestStates.find((state) => state === query.get('state')) ?? 'open',
    kind: requestKinds.find((kind) => kind === query.get('kind')) ?? 'all',
    search: query.get('search') ?? '',
    page: Math.max(1, Math.trunc(Number(query.get('page'))) || 1),
  };
}
