/** Requests and conversations as the gallery shows them. */
import type {
  Conversation,
  ConversationHead,
  Line,
  MessageState,
  ShownMessage,
  Talk,
  View,
  Writer,
} from '@buhphone/shared/types/agent';

import type { Place } from '../src/places';

type Shown = Partial<View> & { opened?: Place };

export const line: Line = {
  name: 'Линия консультаций «Учёт и Порядок»',
  open_now: true,
  hours: ['пн–пт 9:00–18:00', 'сб 10:00–15:00'],
  promised: 'сегодня в 14:30',
  opens: null,
};

const closedLine: Line = { ...line, open_now: false, promised: '24.11 в 9:30', opens: '24.11 в 9:00' };

export const emptyTalk: Talk = {
  line,
  question: '',
  callback_phone: '+7 912 345-67-89',
  conversations: [],
  shown: null,
  unread: 0,
  waiting_to_send: 0,
};

export const anna: Writer = { kind: 'staff', name: 'Анна Петрова' };
export const robot: Writer = { kind: 'line', name: line.name };
const me: Writer = { kind: 'user' };

let made = 0;
export function message(
  writer: Writer,
  text: string,
  time: string,
  state: MessageState | null = null,
  day = '23.11.2026',
): ShownMessage {
  made += 1;
  return { message_id: `message-${made}`, writer, text, day, time, state };
}

export const head = (
  request_id: string,
  request_kind: ConversationHead['request_kind'],
  rest: Partial<ConversationHead> = {},
): ConversationHead => ({
  request_id,
  request_kind,
  state: 'answered',
  last_text: '',
  last_printed: '10:42',
  unread: 0,
  phone: null,
  ...rest,
});

const heads: ConversationHead[] = [
  head('payment', 'ordinary', {
    last_text: 'Откройте платёжное поручение и проверьте счёт получателя: в нём не хватает цифры.',
    unread: 2,
  }),
  head('staff', 'staff', {
    state: 'waiting',
    last_text: 'Мария Сергеевна, вышло обновление отчётности, поставим его в четверг?',
    last_printed: '9:15',
    unread: 1,
  }),
  head('callback', 'callback', { state: 'waiting', last_printed: '22.11', phone: '+7 912 345-67-89' }),
  head('long', 'ordinary', {
    state: 'closed',
    last_text: 'Спасибо, всё получилось!',
    last_printed: '30.12.2025',
  }),
  head('trial', 'trial', { last_text: 'Всё работает!', last_printed: '20.11' }),
];

const talk = (rest: Partial<Talk> = {}): Talk => ({ ...emptyTalk, conversations: heads, unread: 3, ...rest });

const conversation = (request_id: string, messages: ShownMessage[], rest: Partial<ConversationHead> = {}) => {
  const of = heads.find((head) => head.request_id === request_id)!;
  const shown: Conversation = { head: { ...of, unread: 0, ...rest }, messages, reply: '' };
  return {
    talk: talk({ shown, unread: 0 }),
    opened: { screen: 'conversation', request_id },
  } satisfies Shown;
};

const answer =
  'Здравствуйте! Мы получили ваше обращение. Сотрудник ответит в течение часа, линия работает с 9:00 до 18:00.';

const payment = [
  message(me, 'Добрый день! Не проводится платёжное поручение.', '16:58', 'read', '20.11.2026'),
  message(robot, answer, '16:58', null, '20.11.2026'),
  message(
    anna,
    'Здравствуйте, Мария Сергеевна! Какую ошибку показывает программа?',
    '17:03',
    null,
    '20.11.2026',
  ),
  message(me, 'Пишет:\n«Не указан счёт получателя».\nНо счёт указан.', '10:31', 'read'),
  message(me, 'Документ № 1845 от 20.11.', '10:31', 'read'),
  message(anna, 'Откройте платёжное поручение и проверьте счёт получателя: в нём не хватает цифры.', '10:42'),
  message(anna, 'Должно быть двадцать цифр, сейчас девятнадцать.', '10:42'),
  message(me, 'Сейчас посмотрю', '10:44', 'delivered'),
];

const letter = Array.from(
  { length: 60 },
  (_, place) => `${place + 1}. Строка длинного письма, которое переслали целиком, вместе с подписью.`,
).join('\n');

export const talking: Record<string, Shown> = {
  home_requests: { talk: talk() },
  home_requests_read: { talk: talk({ unread: 0 }) },
  home_waiting: {
    talk: talk({ unread: 0, waiting_to_send: 2 }),
    connection: { kind: 'offline', failure: 'dns' },
  },
  ask: { opened: { screen: 'ask' } },
  ask_closed: { opened: { screen: 'ask' }, talk: { ...emptyTalk, line: closedLine } },
  ask_offline: { opened: { screen: 'ask' }, connection: { kind: 'offline', failure: 'dns' } },
  ask_no_line: { opened: { screen: 'ask' }, talk: { ...emptyTalk, line: null } },
  callback: { opened: { screen: 'callback' } },
  callback_closed: { opened: { screen: 'callback' }, talk: { ...emptyTalk, line: closedLine } },
  callback_no_phone: { opened: { screen: 'callback' }, talk: { ...emptyTalk, callback_phone: '' } },
  requests: { talk: talk(), opened: { screen: 'requests' } },
  requests_none: { opened: { screen: 'requests' } },
  conversation: conversation('payment', payment),
  conversation_first: conversation(
    'payment',
    [message(me, 'Не проводится платёжное поручение.', '10:42', 'saved')],
    { state: 'waiting' },
  ),
  conversation_states: conversation('payment', [
    message(me, 'Прочитано сотрудником', '10:40', 'read'),
    message(me, 'Доставлено сотруднику', '10:41', 'delivered'),
    message(me, 'Записано облаком', '10:42', 'sent'),
    message(me, 'Ждёт связи', '10:43', 'saved'),
    message(me, 'Не принято', '10:44', 'refused'),
  ]),
  conversation_callback: conversation('callback', [
    message(me, '', '10:42', 'delivered'),
    message(robot, 'Перезвоним сегодня до 14:30 на номер +7 912 345-67-89.', '10:42'),
  ]),
  conversation_closed: conversation('long', [
    message(me, 'Спасибо, всё получилось!', '10:42', 'read', '30.12.2025'),
  ]),
  conversation_long: conversation('payment', [
    message(me, letter, '10:40', 'read'),
    message(anna, `https://very-long-address.example/${'a'.repeat(300)}`, '10:42'),
    message(anna, '<b>Это</b> <script>alert(1)</script> & просто текст 👩‍💻\u202Eназад', '10:43'),
    message(me, 'Ж'.repeat(900), '10:44', 'sent'),
  ]),
  conversation_opening: { talk: talk(), opened: { screen: 'conversation', request_id: 'payment' } },
};
