/** Which screen an address is. */

import type { Component } from 'svelte';
import NotFound from './screens/NotFound.svelte';
import ClientForm from './screens/clients/ClientForm.svelte';
import ClientPage from './screens/clients/ClientPage.svelte';
import Clients from './screens/clients/Clients.svelte';
import Report from './screens/report/Report.svelte';
import UserCard from './screens/users/UserCard.svelte';
import UserForm from './screens/users/UserForm.svelte';
import Users from './screens/users/Users.svelte';

export type Section = 'report' | 'clients' | 'users';

/** What a screen is given: the ids out of its address. */
export interface Ids {
  client?: string;
  user?: string;
}

interface Route {
  section?: Section;
  screen: Component<Ids>;
  ids: Ids;
}

/** A screen that takes no ids from its address. */
const plain = (screen: Component) => screen as Component<Ids>;

const routes: { pattern: RegExp; section: Section; screen: Component<Ids> }[] = [
  { pattern: /^\/$/, section: 'report', screen: plain(Report) },
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
  for (const { pattern, section, screen } of routes) {
    const match = pattern.exec(path);
    if (match) return { section, screen, ids: { ...match.groups } };
  }
  return { screen: plain(NotFound), ids: {} };
}
