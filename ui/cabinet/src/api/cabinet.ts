/** The cabinet's routes, one function each. Pages count from 1. */

import type {
  Category,
  CategoryDraft,
  CategoryRow,
  Client,
  ClientDraft,
  CodeFilter,
  Edit,
  Erase,
  FirstMessage,
  IssueCodes,
  IssuedCodes,
  LetterWords,
  LettersPosted,
  LineSettings,
  NewCode,
  Page,
  ReconnectionRow,
  Report,
  ReportQuery,
  Reply,
  RequestCard,
  RequestCounts,
  RequestRow,
  Session,
  ShownCodes,
  SignIn,
  User,
  UserCard,
  UserDraft,
  Visit,
} from '@buhphone/shared/types/cabinet';
import { call, prefix } from './call';

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

/** All of them, those archived last. */
export const listCategoryRows = (signal?: AbortSignal) =>
  call<CategoryRow[]>('GET', '/categories/list', { signal });
export const renameCategory = (id: string, body: CategoryDraft) =>
  call<unknown>('PUT', `/categories/${id}`, { body });
export const orderCategories = (category_ids: string[]) =>
  call<unknown>('PUT', '/categories/order', { body: { category_ids } });
export const archiveCategory = (id: string) => call<unknown>('POST', `/categories/${id}/archive`);
export const restoreCategory = (id: string) => call<unknown>('DELETE', `/categories/${id}/archive`);
export const mergeCategory = (id: string, category_id: string) =>
  call<unknown>('POST', `/categories/${id}/merge`, { body: { category_id } });

export const listClients = (listing: Listing, signal?: AbortSignal) =>
  call<Page<Client>>('GET', '/clients', { query: { ...listing }, signal });
export const readClient = (id: string, signal?: AbortSignal) =>
  call<Client>('GET', `/clients/${id}`, { signal });
export const createClient = (body: ClientDraft) => call<Client>('POST', '/clients', { body });
export const updateClient = (id: string, body: ClientDraft) =>
  call<unknown>('PUT', `/clients/${id}`, { body });
export const archiveClient = (id: string) => call<unknown>('POST', `/clients/${id}/archive`);
export const listClientEdits = (id: string, signal?: AbortSignal) =>
  call<Edit[]>('GET', `/clients/${id}/edits`, { signal });
export const restoreClient = (id: string) => call<unknown>('DELETE', `/clients/${id}/archive`);

export interface UserListing extends Listing {
  client_id?: string | undefined;
  code?: CodeFilter | undefined;
}

export const listUsers = (listing: UserListing, signal?: AbortSignal) =>
  call<Page<User>>('GET', '/users', { query: { ...listing }, signal });
export const readUser = (id: string, signal?: AbortSignal) =>
  call<UserCard>('GET', `/users/${id}`, { signal });
export const createUser = (client: string, body: UserDraft) =>
  call<User>('POST', `/clients/${client}/users`, { body });
export const updateUser = (id: string, body: UserDraft) => call<unknown>('PUT', `/users/${id}`, { body });
export const archiveUser = (id: string) => call<unknown>('POST', `/users/${id}/archive`);
export const restoreUser = (id: string) => call<unknown>('DELETE', `/users/${id}/archive`);

export const eraseUser = (id: string, body: Erase) => call<unknown>('POST', `/users/${id}/erase`, { body });

export const issueCode = (user: string) => call<NewCode>('POST', `/users/${user}/codes`);
export const issueCodes = (body: IssueCodes) => call<IssuedCodes>('POST', '/codes', { body });
export const mailCodes = (body: ShownCodes) => call<LettersPosted>('POST', '/codes/letters', { body });
export const revokeCode = (id: string) => call<unknown>('DELETE', `/codes/${id}`);
export const disconnectDevice = (id: string) => call<unknown>('DELETE', `/devices/${id}`);
/** Answers the colleague's code. */
export const handOver = (id: string, user_id: string) =>
  call<NewCode>('POST', `/devices/${id}/hand-over`, { body: { user_id } });

export const readReport = (query: ReportQuery, signal?: AbortSignal) =>
  call<Report>('GET', '/report', { query: { ...query }, signal });

export const requestStates = ['open', 'waiting', 'answered', 'closed', 'all'] as const;
export const requestKinds = ['all', 'real', 'trial'] as const;

/** `open` is waiting and answered; `real` is all but trial. */
export interface RequestListing {
  state: (typeof requestStates)[number];
  kind: (typeof requestKinds)[number];
  search: string;
  page: number;
}

export const listRequests = (listing: RequestListing, signal?: AbortSignal) =>
  call<Page<RequestRow>>('GET', '/requests', { query: { ...listing }, signal });
export const countRequests = () => call<RequestCounts>('GET', '/requests/counts');
export const readRequest = (id: string, signal?: AbortSignal) =>
  call<RequestCard>('GET', `/requests/${id}`, { signal });
export const reply = (id: string, body: Reply) => call<unknown>('POST', `/requests/${id}/messages`, { body });
export const markRead = (id: string, up_to: string) =>
  call<unknown>('POST', `/requests/${id}/read`, { body: { up_to } });
export const closeRequest = (id: string) => call<unknown>('POST', `/requests/${id}/close`);
export const reopenRequest = (id: string) => call<unknown>('POST', `/requests/${id}/reopen`);
/** Newest first; the first page of them. */
export const listUserRequests = (user: string, signal?: AbortSignal) =>
  call<Page<RequestRow>>('GET', `/users/${user}/requests`, { signal });
export const writeFirst = (user: string, body: FirstMessage) =>
  call<unknown>('POST', `/users/${user}/requests`, { body });

export const listVisits = (page: number, signal?: AbortSignal) =>
  call<Page<Visit>>('GET', '/visits', { query: { page }, signal });
export const readVisit = (code: string, signal?: AbortSignal) =>
  call<Visit>('GET', `/visits/${code}`, { signal });

/** Those that wait, oldest first. */
export const listReconnections = () => call<ReconnectionRow[]>('GET', '/reconnections');
export const approveReconnection = (id: string) => call<unknown>('POST', `/reconnections/${id}/approve`);
export const refuseReconnection = (id: string) => call<unknown>('POST', `/reconnections/${id}/refuse`);

export const readLine = (signal?: AbortSignal) => call<LineSettings>('GET', '/line', { signal });
export const setLine = (body: LineSettings) => call<LineSettings>('PUT', '/line', { body });

export const readLetterWords = (signal?: AbortSignal) => call<LetterWords>('GET', '/letters', { signal });
export const setLetterWords = (body: LetterWords) => call<LetterWords>('PUT', '/letters', { body });
export const sendSample = () => call<unknown>('POST', '/letters/sample');

/** Where the partner's changes are streamed, after the last one known. */
export const livePath = (after: string) => `${prefix}/live?after=${after}`;
