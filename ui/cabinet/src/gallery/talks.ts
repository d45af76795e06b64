/** Conversations and visits for the gallery: as they are between accountants and those who serve them. */

import type {
  Author,
  Message,
  ReconnectionRow,
  RequestCard,
  RequestKind,
  RequestState,
  Visit,
  VisitStep,
} from '@buhphone/shared/types/cabinet';
import { fullName } from '../listing';
import { now, type Person } from './people';

const instant = (minutesAgo: number): string =>
  new Date(new Date(now).getTime() - minutesAgo * 60_000).toISOString();

type Said = [
  who: 'user' | 'staff' | 'line',
  text: string,
  minutesAgo: number,
  got?: 'undelivered' | 'delivered',
];

interface Talk {
  of: number;
  kind: RequestKind;
  state: RequestState;
  said: Said[];
  online?: boolean;
  phone?: string;
}

const received = 'Здравствуйте! Обращение получено, специалист ответит в течение 15 минут.';

const talks: Talk[] = [
  {
    of: 1,
    kind: 'ordinary',
    state: 'waiting',
    online: true,
    said: [
      [
        'user',
        'Добрый день! После обновления 1С не открывается отчёт по НДС: пишет «Ошибка чтения файла». Что делать?',
        6,
      ],
      ['line', received, 6],
      ['user', 'Сдавать завтра до 12, очень жду.', 2],
    ],
  },
  {
    of: 4,
    kind: 'callback',
    state: 'waiting',
    online: true,
    phone: '+7 (916) 555-10-04',
    said: [
      ['user', '', 14],
      ['line', 'Здравствуйте! Перезвоним вам в течение 15 минут.', 14],
    ],
  },
  {
    of: 7,
    kind: 'trial',
    state: 'waiting',
    online: true,
    said: [
      ['user', '', 21],
      ['line', received, 21],
    ],
  },
  {
    of: 2,
    kind: 'ordinary',
    state: 'answered',
    online: true,
    said: [
      ['user', 'Здравствуйте! Как провести больничный за счёт работодателя?', 1520],
      ['line', received, 1520],
      [
        'staff',
        'Добрый день, Елена Сергеевна!\n\n1. Зарплата и кадры → Больничный лист.\n2. Укажите период и причину.\n3. Первые три дня программа отнесёт на работодателя сама.\n\nПример: https://its.1c.ru/db/staff1c',
        1512,
      ],
      ['user', 'Спасибо, получилось! А можно так же за прошлый месяц?', 62],
      ['staff', 'Да, дату документа поставьте прошлым месяцем.', 55],
      ['staff', 'Если период уже закрыт, напишите — подключимся и сделаем вместе.', 54, 'delivered'],
    ],
  },
  {
    of: 5,
    kind: 'staff',
    state: 'answered',
    said: [
      [
        'staff',
        'Здравствуйте! Ваша программа не запускалась с 3 ноября. Всё ли в порядке?',
        95,
        'undelivered',
      ],
    ],
  },
  {
    of: 8,
    kind: 'ordinary',
    state: 'answered',
    said: [
      [
        'user',
        `<b>Жирный?</b> <script>alert(1)</script> 😀 ${'Очень_длинное_слово_без_пробелов_'.repeat(6)}`,
        2900,
      ],
      ['line', received, 2900],
      ['staff', 'Всё дошло как есть.', 2890],
    ],
  },
  {
    of: 10,
    kind: 'trial',
    state: 'closed',
    said: [
      ['user', 'Проверка связи', 4400],
      ['line', received, 4400],
      ['staff', 'Всё работает!', 4398],
    ],
  },
];

export function makeRequests(people: Person[], me: string): RequestCard[] {
  return talks.flatMap((talk, at) => {
    const person = people[talk.of];
    if (!person) return [];
    const request_id = `request-${at}`;
    const messages = talk.said.map(([who, text, ago, got], nth): Message => {
      const author: Author =
        who === 'user' ? { kind: 'user' } : { kind: who, name: who === 'line' ? 'Линия консультаций' : me };
      const unread = who === 'user' && talk.state === 'waiting';
      return {
        message_id: `${request_id}-${nth}`,
        request_id,
        author,
        text,
        recorded_at: instant(ago),
        delivered_at: got === 'undelivered' ? null : instant(ago),
        read_at: got || unread ? null : instant(ago),
      };
    });
    const { kind, state, phone } = talk;
    const request = {
      request_id,
      kind,
      state,
      opened_at: messages[0]?.recorded_at ?? now,
      ...(phone === undefined ? {} : { phone }),
    };
    const visit = kind === 'trial' ? `visit-${at}` : null;
    return [{ request, user: person.user, online: talk.online ?? false, messages, visit }];
  });
}

const order: VisitStep[] = ['connected', 'authorized', 'autostart', 'test_sent', 'confirmed', 'answered'];

export function makeVisits(people: Person[], cards: RequestCard[], me: string): Visit[] {
  const visit = (code_id: string, { user }: Person, ago: number, done: number, failed?: string): Visit => ({
    code_id,
    user_id: user.user_id,
    user: fullName(user),
    client: user.client,
    issued_by: ago % 2 ? me : 'Кузнецов Пётр Андреевич',
    issued_at: instant(ago + 4),
    device_id: done > 0 ? `device-${code_id}` : null,
    computer: done > 0 ? `BUH-${String(110 + (ago % 80))}` : '',
    system: done > 0 ? 'Windows 11 23H2' : '',
    program: done > 0 ? '0.1.0' : '',
    steps: order.slice(0, done).map((step, at) => ({
      step,
      at: instant(ago - at * 0.2),
      elapsed_ms: 400 + at * 9_700,
      failed: failed && at === done - 1 ? failed : null,
    })),
    request_id: null,
    took_ms: done >= 5 ? 400 + 4 * 9_700 : null,
  });
  const ofTrials = cards.flatMap((card) => {
    const person = people.find(({ user }) => user === card.user);
    if (!card.visit || !person) return [];
    const done = card.request.state === 'waiting' ? 5 : 6;
    return [
      { ...visit(card.visit, person, done === 5 ? 21 : 4400, done), request_id: card.request.request_id },
    ];
  });
  const others = people.slice(11, 15);
  return [
    ...others.slice(0, 1).map((person) => visit('visit-failed', person, 8, 3, 'off_by_person')),
    ...ofTrials,
    ...others.slice(1, 2).map((person) => visit('visit-awaited', person, 1500, 0)),
    ...others.slice(2).map((person, at) => visit(`visit-old-${at}`, person, 8801 + at * 1440, 6)),
  ];
}

/** One of each kind: the same machine, another, and one that cannot be told. */
export function makeWishes(people: Person[]): ReconnectionRow[] {
  const kinds = [
    { of: 4, same_machine: true, now: undefined, ago: 3 },
    { of: 7, same_machine: false, now: 'DESKTOP-7QF2K1A', ago: 12 },
    { of: 10, same_machine: null, now: 'BUH-110-NEW', ago: 95 },
  ];
  return kinds.flatMap(({ of, same_machine, now: renamed, ago }) => {
    const user = people[of]?.user;
    if (!user) return [];
    const known_as = `BUH-${String(100 + of)}`;
    return [
      {
        reconnection_id: `wish-${of}`,
        user_id: user.user_id,
        user: fullName(user),
        client_id: user.client_id,
        client: user.client,
        device_id: `device-${of}`,
        known_as,
        computer: renamed ?? known_as,
        system: 'Windows 11 24H2',
        program: '0.1.0',
        same_machine,
        last_authorization: user.last_authorization,
        asked_at: instant(ago),
      },
    ];
  });
}
