/** The cabinet's routes, one function each. Pages count from 1. */

import type {
  Category,
  CategoryDraft,
  Client,
  ClientDraft,
  NewCode,
  Page,
  Report,
  ReportQuery,
  Session,
  SignIn,
  User,
  UserCard,
  UserDraft,
} from '@buhphone/shared/types/cabinet';
import { call } from './call';

export interface Listing {
  search: string;
  archived: boolean;
  page: number;
}

export const readSession = () => call<Session>('GET', '/session');
export const signIn = (body: SignIn) => call<Session>('POST', '/session', { body });
export const signOut = () => call<void>('DELETE', '/session');

export const listCategories = (signal?: AbortSignal) => call<Category[]>('GET', '/categories', { signal });
export const createCategory = (body: CategoryDraft) => call<Category>('POST', '/categories', { body });

export const listClients = (listing: Listing, signal?: AbortSignal) =>
  call<Page<Client>>('GET', '/clients', { query: { ...listing }, signal });
export const readClient = (id: string, signal?: AbortSignal) =>
  call<Client>('GET', `/clients/${id}`, { signal });
export const createClient = (body: ClientDraft) => call<Client>('POST', '/clients', { body });
export const updateClient = (id: string, body: ClientDraft) =>
  call<unknown>('PUT', `/clients/${id}`, { body });
export const archiveClient = (id: string) => call<unknown>('POST', `/clients/${id}/archive`);
export const restoreClient = (id: string) => call<unknown>('DELETE', `/clients/${id}/archive`);

export const listUsers = (listing: Listing & { client_id?: string }, signal?: AbortSignal) =>
  call<Page<User>>('GET', '/users', { query: { ...listing }, signal });
export const readUser = (id: string, signal?: AbortSignal) =>
  call<UserCard>('GET', `/users/${id}`, { signal });
export const createUser = (client: string, body: UserDraft) =>
  call<User>('POST', `/clients/${client}/users`, { body });
export const updateUser = (id: string, body: UserDraft) => call<unknown>('PUT', `/users/${id}`, { body });
export const archiveUser = (id: string) => call<unknown>('POST', `/users/${id}/archive`);
export const restoreUser = (id: string) => call<unknown>('DELETE', `/users/${id}/archive`);

export const issueCode = (user: string) => call<NewCode>('POST', `/users/${user}/codes`);
export const revokeCode = (id: string) => call<unknown>('DELETE', `/codes/${id}`);
export const disconnectDevice = (id: string) => call<unknown>('DELETE', `/devices/${id}`);

export const readReport = (query: ReportQuery, signal?: AbortSignal) =>
  call<Report>('GET', '/report', { query: { ...query }, signal });
