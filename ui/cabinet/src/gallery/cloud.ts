/**
 * A cloud in the browser's memory, for `npm run gallery`. It stands where `fetch` does, so that all
 * of the cabinet above it is the product's. What it plays is `localStorage.gallery`:
 * `demo`, `many` (5,000 users), `empty`, `signed_out`, `specialist`, `visit`, `cut`, `unsent`, `refused`, `ended` (from the third call on), `offline`, `slow`.
 */

import type {
  Client,
  IssuedCode,
  Report,
  ReportRow,
  Session,
  User,
  UserCard,
  UserDraft,
} from '@buhphone/shared/types/cabinet';
import { printCivil, printInstant } from '../dates';
import { innFault } from '../inn';
import { fullName } from '../listing';
import { progressOf } from '../screens/codes/progress';
import { Fault, page } from './answers';
import { pretendDesk } from './desk';
import { pretendRegister } from './register';
import { categories, makeCard, makeClients, makePeople, now, today } from './people';

const zone = 'Europe/Moscow';
const session: Session = {
  staff_id: 'staff',
  name: 'Смирнова Алла Викторовна',
  email: 'alla@partner.example.ru',
  role: localStorage.getItem('gallery') === 'specialist' ? 'specialist' : 'administrator',
  partner_id: 'partner',
  partner: 'Баланс-Сервис',
  zone,
  now,
  today,
  program_url: 'https://buhphone.example.ru/program',
  last_change: 0,
  partner_phone: '+7 (495) 120-45-67',
  mail: localStorage.getItem('gallery') !== 'empty',
};

export function pretendCloud(): void {
  const scene = localStorage.getItem('gallery') ?? 'demo';
  const sizes: Record<string, [number, number]> = { many: [900, 5000], empty: [0, 0] };
  const [clientCount, userCount] = sizes[scene] ?? [14, 23];
  const clients = makeClients(clientCount);
  const people = makePeople(clients, userCount);
  const cards = new Map<string, UserCard>();
  const desk = pretendDesk(scene, people, session.name);
  const register = pretendRegister(people, categories);
  let signedIn = scene !== 'signed_out';
  let calls = 0;

  const personOf = (id = '') => {
    const at = people.findIndex(({ user }) => user.user_id === id);
    const person = people[at];
    if (!person) throw new Fault(404, 'not_found');
    let card = cards.get(id);
    if (!card) {
      card = makeCard(person, at);
      cards.set(id, card);
    }
    return { person, card };
  };
  const clientOf = (id = ''): Client => {
    const client = clients.find((each) => each.client_id === id);
    if (!client) throw new Fault(404, 'not_found');
    return client;
  };

  function answer(method: string, path: string, query: URLSearchParams, body: never): unknown {
    const [root, id, under] = path.split('/').slice(1);
    const route = `${method} /${[root, id && ':id', under].filter(Boolean).join('/')}`;
    const search = (query.get('search') ?? '').toLocaleLowerCase('ru');
    const archived = query.get('archived') === 'true';
    const found = (text: string) => text.toLocaleLowerCase('ru').includes(search);

    switch (route) {
      case 'POST /session':
        if ((body as { password: string }).password === 'wrong') throw new Fault(401, 'wrong_password');
        signedIn = true;
        return session;
      case 'DELETE /session':
        signedIn = false;
        return undefined;
    }
    if (!signedIn) throw new Fault(401, 'signed_out');
    switch (route) {
      case 'GET /session':
        return session;
      case 'GET /categories':
        return categories;
      case 'POST /categories': {
        const { name } = body as { name: string };
        if (categories.some((each) => each.name === name)) throw new Fault(409, 'conflict', 'name');
        const category = { category_id: `category-${categories.length}`, name };
        categories.push(category);
        return category;
      }
      case 'GET /clients':
        return page(
          clients.filter((each) => each.archived === archived && found(`${each.name} ${each.inn ?? ''}`)),
          query,
        );
      case 'GET /clients/:id':
        return clientOf(id);
      case 'POST /clients':
      case 'PUT /clients/:id': {
        const { name, inn } = body as { name: string; inn: string };
        if (innFault(inn)) throw new Fault(422, 'invalid', 'inn');
        if (inn !== '' && clients.some((each) => each.inn === inn && each.client_id !== id))
          throw new Fault(409, 'conflict', 'inn');
        if (id) return Object.assign(clientOf(id), { name, inn: inn || null });
        const client = {
          client_id: `client-${clients.length}`,
          name,
          inn: inn || null,
          archived: false,
          users: 0,
          connected: 0,
        };
        clients.unshift(client);
        return client;
      }
      case 'POST /clients/:id/archive':
      case 'DELETE /clients/:id/archive':
        clientOf(id).archived = method === 'POST';
        return undefined;
      case 'GET /users':
        return page(
          people
            .map(({ user }) => user)
            .filter(
              (user) => user.archived === archived && found(`${fullName(user)} ${user.client} ${user.phone}`),
            )
            .filter((user) => !query.has('client_id') || user.client_id === query.get('client_id'))
            .filter((user) => hasCode(user, query.get('code'))),
          query,
        );
      case 'POST /clients/:id/users': {
        const client = clientOf(id);
        const user = {
          ...(body as UserDraft),
          user_id: `user-${people.length}`,
          client_id: client.client_id,
          client: client.name,
          archived: false,
          erased: false,
          devices: 0,
          last_authorization: null,
          code: null,
          category: '',
        };
        people.push({ user: named(user), reason: { kind: 'not_invited' } });
        client.users += 1;
        return user;
      }
      case 'GET /users/:id':
        return personOf(id).card;
      case 'PUT /users/:id':
        return named(Object.assign(personOf(id).person.user, body as UserDraft));
      case 'POST /users/:id/archive':
      case 'DELETE /users/:id/archive':
        personOf(id).person.user.archived = method === 'POST';
        return undefined;
      case 'POST /users/:id/codes': {
        const { codes } = personOf(id).card;
        for (const code of codes) if (code.state === 'active') code.state = 'revoked';
        const issued: IssuedCode = {
          code_id: `code-${id}-${codes.length}`,
          state: 'active',
          issued_by: session.name,
          issued_at: now,
          expires_at: '2026-11-30T09:12:44Z',
          used_at: null,
          story: { letter: null, opened_at: null, tries: 0, tried_at: null, computer: '' },
        };
        codes.unshift(issued);
        desk.codeIssued(issued, personOf(id).person.user);
        const code = '4821-0937-5526';
        return {
          issued,
          code,
          link: `buhphone://connect?code=${code}&cloud=https://cloud.example.ru`,
          qr_svg: squares(),
        };
      }
      case 'DELETE /codes/:id':
        for (const { codes } of cards.values())
          for (const code of codes) if (code.code_id === id) code.state = 'revoked';
        return undefined;
      case 'DELETE /devices/:id':
        for (const { devices } of cards.values())
          for (const device of devices) if (device.device_id === id) device.disconnected_at = now;
        return undefined;
      case 'GET /report':
        return report(query, found);
    }
    const answered = desk.answer(route, id, query, body);
    if (answered) return answered.value;
    const kept = register.answer(method, path, body);
    if (kept) return kept.value;
    throw new Fault(404, 'not_found');
  }

  function report(query: URLSearchParams, found: (text: string) => boolean): Report {
    const from = query.get('from') ?? today;
    const to = query.get('to') ?? today;
    const rows = people
      .map(({ user, reason }): ReportRow => {
        const day = user.last_authorization?.slice(0, 10) ?? '';
        const authorized = day >= from && day <= to;
        return {
          user_id: user.user_id,
          client_id: user.client_id,
          its_until: printCivil(user.its_until ?? ''),
          uses_1c: user.uses_1c,
          category: user.category,
          last_authorization: user.last_authorization ? printInstant(user.last_authorization, zone) : '',
          authorized,
          client: user.client,
          user: fullName(user),
          reason: authorized ? null : reason,
          last_contact: reason.kind === 'code_not_used' ? '22.11.2026 11:12:44' : '',
        };
      })
      .filter((row) => found(`${row.user} ${row.client}`));
    const authorized = rows.filter((row) => row.authorized).length;
    const wanted = query.get('authorized');
    const left = rows.filter((row) => wanted === 'all' || row.authorized === (wanted === 'yes'));
    const sort = query.get('sort') as keyof ReportRow;
    if (query.get('sort') !== 'default') {
      left.sort((a, b) => String(a[sort]).localeCompare(String(b[sort]), 'ru'));
      if (query.get('descending') === 'true') left.reverse();
    }
    const not_authorized = rows.length - authorized;
    return { ...page(left, query, 100), authorized, not_authorized, zone, made_at: now };
  }

  window.fetch = async (input, init) => {
    calls += 1;
    if (scene === 'slow') await new Promise((resolve) => setTimeout(resolve, 3000));
    if (scene === 'ended' && calls === 3) signedIn = false;
    if (scene === 'offline' && calls > 1) throw new TypeError('Failed to fetch');
    const url = new URL(String(input), window.location.origin);
    const body = (init?.body ? JSON.parse(String(init.body)) : undefined) as never;
    try {
      const path = url.pathname.replace(/^\/api\/(cabinet|open)\/v1/, '');
      const answered = answer(init?.method ?? 'GET', path, url.searchParams, body);
      return new Response(answered === undefined ? null : JSON.stringify(answered), {
        status: answered === undefined ? 204 : 200,
      });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      const { code, field, status } = fault;
      return new Response(JSON.stringify({ code, field, message: code }), { status });
    }
  };
}

/** Roughly as the cloud does. */
function hasCode(user: User, asked: string | null): boolean {
  if (asked === null) return true;
  const progress = progressOf(user.code ?? null, Date.parse(now));
  const active = ['issued', 'sending', 'sent', 'undelivered', 'opened'].includes(progress);
  if (asked === 'needed') return !active && user.devices === 0;
  if (asked === 'never') return progress === 'none';
  return asked === 'active' ? active : progress === asked;
}

function named(user: User): User {
  user.category = categories.find((each) => each.category_id === user.category_id)?.name ?? '';
  return user;
}

/** Squares in the place of a QR code; nothing can be read from it. */
function squares(): string {
  let path = '';
  for (let y = 0; y < 29; y++)
    for (let x = 0; x < 29; x++)
      if ((x * x * 7 + y * y * 3 + x * y * 11) % 5 < 2) path += `M${x} ${y}h1v1h-1z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h29v29H0z"/><path d="${path}"/></svg>`;
}
