/**
 * Requests, visits and the line of the pretended cloud, with a stream of their changes. In the scene
 * `visit` a code that is issued is entered a moment later, and its steps follow by themselves.
 */

import type {
  FirstMessage,
  IssuedCode,
  LineSettings,
  LiveAbout,
  ReconnectionRow,
  Reply,
  RequestCard,
  RequestRow,
  User,
  Visit,
  VisitStep,
} from '@buhphone/shared/types/cabinet';
import { fullName } from '../listing';
import { Fault, page } from './answers';
import { now, type Person } from './people';
import { makeRequests, makeVisits, makeWishes } from './talks';

const line: LineSettings = {
  name: 'Линия консультаций',
  hours: [1, 2, 3, 4, 5].map((weekday) => ({
    weekday,
    from: '09:00',
    to: weekday === 5 ? '17:00' : '18:00',
  })),
  answer_open: 'Здравствуйте! Обращение получено, специалист ответит в течение 15 минут.',
  answer_closed:
    'Здравствуйте! Обращение получено. Мы работаем по будням с 9 до 18 и ответим, как только откроемся.',
  promise_minutes: 15,
};

let emit: (about: LiveAbout) => void = () => {};

/** Stands where the browser's own does. */
class Stream {
  static readonly CLOSED = 2;
  readonly CLOSED = 2;
  readyState = 1;
  onmessage: ((message: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  #seq = 40;

  constructor() {
    emit = (about) => {
      const seq = ++this.#seq;
      this.onmessage?.({ data: JSON.stringify({ seq, about }), lastEventId: String(seq) });
    };
    if (localStorage.getItem('gallery') === 'cut') setTimeout(() => this.onerror?.(), 50);
    else setTimeout(() => emit({ kind: 'hello' }), 50);
  }

  close(): void {
    this.readyState = 2;
  }
}

export function pretendDesk(scene: string, people: Person[], me: string) {
  Object.assign(window, { EventSource: Stream });
  const cards = scene === 'empty' ? [] : makeRequests(people, me);
  const visits = scene === 'empty' ? [] : makeVisits(people, cards, me);
  const wishes: ReconnectionRow[] = scene === 'empty' ? [] : makeWishes(people);
  let answers = 0;

  const cardOf = (id: string): RequestCard => {
    const card = cards.find((each) => each.request.request_id === id);
    if (!card) throw new Fault(404, 'not_found');
    return card;
  };
  const changed = (card: RequestCard, from_user = false) =>
    emit({
      kind: 'request',
      request_id: card.request.request_id,
      user_id: card.user.user_id,
      from_user,
      trial: card.request.kind === 'trial',
    });
  const say = (card: RequestCard, { message_id, text }: Reply, author: 'staff' | 'line') => {
    if (card.messages.some((each) => each.message_id === message_id)) return;
    card.messages.push({
      message_id,
      request_id: card.request.request_id,
      author: { kind: author, name: author === 'staff' ? me : line.name },
      text,
      recorded_at: new Date().toISOString(),
      delivered_at: card.online ? new Date().toISOString() : null,
      read_at: null,
    });
    if (author === 'staff') card.request.state = 'answered';
  };

  function answer(route: string, id = '', query: URLSearchParams, body: unknown) {
    switch (route) {
      case 'GET /reconnections':
        return { value: [...wishes] };
      case 'POST /reconnections/:id/approve':
      case 'POST /reconnections/:id/refuse': {
        const at = wishes.findIndex((each) => each.reconnection_id === id);
        const [wish] = at < 0 ? [] : wishes.splice(at, 1);
        if (!wish) throw new Fault(409, 'conflict');
        const { reconnection_id, user_id } = wish;
        emit({ kind: 'reconnection', reconnection_id, user_id, asked: false });
        return { value: undefined };
      }
      case 'GET /requests':
        return { value: page(rows(cards, query), query) };
      case 'GET /requests/:id': {
        if (id !== 'counts') return { value: structuredClone(cardOf(id)) };
        const waiting = (trial: boolean) =>
          cards.filter(({ request }) => request.state === 'waiting' && (request.kind === 'trial') === trial)
            .length;
        return {
          value: { waiting: waiting(false), waiting_trial: waiting(true), unread: 0, unread_trial: 0 },
        };
      }
      case 'POST /requests/:id/messages':
        if (scene === 'unsent') throw new TypeError('Failed to fetch');
        if (scene === 'refused' && answers++ === 0) throw new Fault(413, 'too_large');
        say(cardOf(id), body as Reply, 'staff');
        setTimeout(() => changed(cardOf(id)), 300);
        return { value: undefined };
      case 'POST /requests/:id/read':
        for (const message of cardOf(id).messages)
          if (message.author.kind === 'user') message.read_at ??= now;
        return { value: undefined };
      case 'POST /requests/:id/close':
      case 'POST /requests/:id/reopen':
        cardOf(id).request.state = route.endsWith('close') ? 'closed' : 'answered';
        changed(cardOf(id));
        return { value: undefined };
      case 'GET /users/:id/requests':
        return {
          value: page(cards.filter(({ user }) => user.user_id === id).map(row), query),
        };
      case 'POST /users/:id/requests': {
        const first = body as FirstMessage;
        const user = people.find((person) => person.user.user_id === id)?.user;
        if (!user) throw new Fault(404, 'not_found');
        const request = {
          request_id: first.request_id,
          kind: 'staff',
          state: 'answered',
          opened_at: now,
        } as const;
        const card: RequestCard = { request, user, online: false, messages: [], visit: null };
        cards.unshift(card);
        say(card, first, 'staff');
        changed(card);
        return { value: undefined };
      }
      case 'GET /visits':
        return { value: page(visits, query) };
      case 'GET /visits/:id': {
        const visit = visits.find((each) => each.code_id === id);
        if (!visit) throw new Fault(404, 'not_found');
        return { value: structuredClone(visit) };
      }
      case 'GET /line':
        return { value: line };
      case 'PUT /line':
        return { value: Object.assign(line, body) };
    }
    return undefined;
  }

  function codeIssued({ code_id, issued_at }: IssuedCode, user: User): void {
    const visit: Visit = {
      code_id,
      user_id: user.user_id,
      user: fullName(user),
      client: user.client,
      issued_by: me,
      issued_at,
      device_id: null,
      computer: '',
      system: '',
      program: '',
      steps: [],
      request_id: null,
      took_ms: null,
    };
    visits.unshift(visit);
    if (scene === 'visit') play(visit, user);
  }

  /** A visit as it goes on a good day, and once not so good. */
  function play(visit: Visit, user: User): void {
    const began = Date.now() + 2000;
    const step = (after: number, step: VisitStep, failed: string | null = null) =>
      setTimeout(() => {
        Object.assign(visit, { computer: 'BUH-114', system: 'Windows 11 23H2', program: '0.1.0' });
        visit.steps = visit.steps.filter((each) => each.step !== step);
        visit.steps.push({ step, at: new Date().toISOString(), elapsed_ms: Date.now() - began, failed });
        if (step === 'confirmed') visit.took_ms = Date.now() - began;
        emit({ kind: 'visit', code_id: visit.code_id });
      }, after);
    step(2000, 'connected');
    step(3000, 'authorized');
    step(3800, 'autostart', 'off_by_person');
    step(6500, 'autostart');
    step(8000, 'test_sent');
    setTimeout(() => {
      const request_id = `request-of-${visit.code_id}`;
      visit.request_id = request_id;
      const request = { request_id, kind: 'trial', state: 'waiting', opened_at: now } as const;
      const message = {
        message_id: `${request_id}-1`,
        request_id,
        author: { kind: 'user' } as const,
        text: '',
        recorded_at: new Date().toISOString(),
        delivered_at: now,
        read_at: null,
      };
      const card: RequestCard = {
        request,
        user: { ...user, devices: 1 },
        online: true,
        messages: [message],
        visit: visit.code_id,
      };
      cards.unshift(card);
      say(card, { message_id: `${request_id}-2`, text: line.answer_open }, 'line');
      changed(card, true);
    }, 8000);
    step(9000, 'confirmed');
  }

  return { answer, codeIssued };
}

function row({ request, user, messages }: RequestCard): RequestRow {
  const last = messages.at(-1);
  return {
    request: { ...request },
    user_id: user.user_id,
    user: fullName(user),
    client: user.client,
    last_text: last?.text.slice(0, 200) ?? '',
    last_at: last?.recorded_at ?? request.opened_at,
    unread: messages.filter((each) => each.author.kind === 'user' && !each.read_at).length,
    undelivered: messages.filter((each) => each.author.kind === 'staff' && !each.delivered_at).length,
  };
}

function rows(cards: RequestCard[], query: URLSearchParams): RequestRow[] {
  const [state, kind] = [query.get('state'), query.get('kind')];
  const search = (query.get('search') ?? '').toLocaleLowerCase('ru');
  return cards
    .filter(({ request }) =>
      state === 'open' ? request.state !== 'closed' : state === 'all' || request.state === state,
    )
    .filter(({ request }) => kind === 'all' || (request.kind === 'trial') === (kind === 'trial'))
    .map(row)
    .filter((each) =>
      `${each.user} ${each.client} ${each.last_text}`.toLocaleLowerCase('ru').includes(search),
    );
}
