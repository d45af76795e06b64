/** Which screen an address is. */

import type { Component } from 'svelte';
import NotFound from './screens/NotFound.svelte';
import Categories from './screens/categories/Categories.svelte';
import ClientForm from './screens/clients/ClientForm.svelte';
import ClientPage from './screens/clients/ClientPage.svelte';
import Clients from './screens/clients/Clients.svelte';
import Issued from './screens/codes/Issued.svelte';
import Letters from './screens/letters/Letters.svelte';
import Line from './screens/line/Line.svelte';
import Reconnections from './screens/reconnections/Reconnections.svelte';
import Report from './screens/report/Report.svelte';
import Requests from './screens/requests/Requests.svelte';
import UserCard from './screens/users/UserCard.svelte';
import UserForm from './screens/users/UserForm.svelte';
import Users from './screens/users/Users.svelte';
import CodePage from './screens/visits/CodePage.svelte';
import Visits from './screens/visits/Visits.svelte';

export type Section =
  | 'report'
  | 'requests'
  | 'reconnections'
  | 'visits'
  | 'clients'
  | 'users'
  | 'categories'
  | 'letters'
  | 'line';

/** What a screen is given: the ids out of its address. */
export interface Ids {
  client?: string;
  user?: string;
  request?: string;
  code?: string;
}

interface Route {
  section?: Section;
  screen: Component<Ids>;
  ids: Ids;
  /** Addresses of one key are one screen that stays: a list beside what is chosen in it. */
  key: string;
}

/** A screen that takes no ids from its address. */
const plain = (screen: Component) => screen as Component<Ids>;

const routes: { pattern: RegExp; section: Section; screen: Component<Ids>; key?: string }[] = [
  { pattern: /^\/$/, section: 'report', screen: plain(Report) },
  { pattern: /^\/requests(?:\/(?<request>[^/]+))?$/, section: 'requests', screen: Requests, key: 'requests' },
  { pattern: /^\/reconnections$/, section: 'reconnections', screen: plain(Reconnections) },
  { pattern: /^\/visits$/, section: 'visits', screen: plain(Visits) },
  { pattern: /^\/codes$/, section: 'users', screen: plain(Issued) },
  { pattern: /^\/letters$/, section: 'letters', screen: plain(Letters) },
  { pattern: /^\/codes\/(?<code>[^/]+)$/, section: 'visits', screen: CodePage },
  { pattern: /^\/line$/, section: 'line', screen: plain(Line) },
  { pattern: /^\/categories$/, section: 'categories', screen: plain(Categories) },
  { pattern: /^\/clients$/, section: 'clients', screen: plain(Clients) },
  { pattern: /^\/clients\/new$/, section: 'clients', screen: ClientForm },
  { pattern: /^\/clients\/(?<client>[^/]+)$/, section: 'clients', screen: ClientPage },
  { pattern: /^\/clients\/(?<client>[^/]+)\/edit$/, section: 'clients', screen: ClientForm },
  { pattern: /^\/clients\/(?<client>[^/]+)\/users\/new$/, section: 'clients', screen: UserForm },
  { pattern: /^\/users$/, section: 'users', screen: plain(Users) },
  { pattern: /^\/users\/(?<user>[^/]+)$/, section: 'users', screen: UserCard },
  { pattern: /^\/users\/(?<user>[^/]+)\/edit$/, section: 'users', screen: UserForm },
];

export function routeOf(path: string): Route {
  for (const { pattern, section, screen, key = path } of routes) {
    const match = pattern.exec(path);
    if (match) return { section, screen, ids: { ...match.groups }, key };
  }
  return { screen: plain(NotFound), ids: {}, key: path };
}
