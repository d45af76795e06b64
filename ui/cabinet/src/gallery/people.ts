/** People and companies for the gallery: made by arithmetic, so that every picture is the same. */

import type {
  Autostart,
  Category,
  Client,
  CodeStory,
  Edit,
  LikelyReason,
  User,
  UserCard,
  UserCode,
} from '@buhphone/shared/types/cabinet';

export const now = '2026-11-23T09:12:44Z';
export const today = '2026-11-23';

const surnames = [
  'Абрамова',
  'Белозёрова',
  'Воронцова',
  'Григорьева',
  'Дмитриева',
  'Ершова',
  'Жукова',
  'Зайцева',
  'Ильина',
  'Королёва',
  'Лебедева',
  'Морозова',
  'Никифорова',
  'Орлова',
  'Павлова',
  'Романова',
  'Соколова',
  'Тихонова',
  'Ушакова',
  'Фёдорова',
  'Харитонова',
  'Цветкова',
  'Чернышёва',
  'Шевченко',
  'Щербакова',
  'Юдина',
  'Яковлева',
];
const names = [
  'Анна',
  'Мария',
  'Елена',
  'Ольга',
  'Наталья',
  'Ирина',
  'Светлана',
  'Татьяна',
  'Людмила',
  'Екатерина',
];
const patronymics = [
  'Ивановна',
  'Петровна',
  'Сергеевна',
  'Александровна',
  'Викторовна',
  'Николаевна',
  'Михайловна',
];
const companies = [
  'Ромашка',
  'Северный ветер',
  'Техносервис',
  'Волга-Строй',
  'Аптека на Садовой',
  'Медиалайн',
  'Уральский металл',
  'Город мастеров',
  'Хлебный дом',
  'Вектор плюс',
  'Линия света',
];

export const categories: Category[] = [
  'Первый платный',
  'Второй платный',
  'Третий платный',
  'Пакет от 6 до 10 пользователей',
  'Пакет от 11 до 20 пользователей',
  'Пользователь без услуг',
].map((name, at) => ({ category_id: `category-${at}`, name }));

const reasons: LikelyReason[] = [
  { kind: 'not_invited' },
  { kind: 'code_not_used' },
  { kind: 'silent' },
  { kind: 'unreachable', failure: 'clock' },
  { kind: 'autostart_off_by_person' },
  { kind: 'code_lapsed' },
  { kind: 'disconnected' },
  { kind: 'connected_later' },
  { kind: 'autostart_off' },
  { kind: 'removed' },
  { kind: 'unreachable', failure: 'proxy' },
];

const of = <T>(list: T[], at: number): T => list[at % list.length] as T;
const instant = (minutesAgo: number): string =>
  new Date(new Date(now).getTime() - minutesAgo * 60_000).toISOString();

export interface Person {
  user: User;
  reason: LikelyReason;
}

export function makeClients(count: number): Client[] {
  return Array.from({ length: count }, (_, at) => ({
    client_id: `client-${at}`,
    name:
      at === 3
        ? 'Общество с ограниченной ответственностью «Научно-производственное объединение „Энергосберегающие технологии и комплексная автоматизация“»'
        : `${at % 4 === 1 ? 'ИП' : 'ООО'} «${of(companies, at * 7)}${at >= companies.length ? ` ${at}` : ''}»`,
    inn: at % 5 === 4 ? null : of(['7707083893', '7830002293', '500100732259'], at),
    archived: false,
    users: 0,
    connected: 0,
  }));
}

export function makePeople(clients: Client[], count: number): Person[] {
  return Array.from({ length: count }, (_, at) => {
    const client = of(clients, at);
    const category = of(categories, at * 5 + 3);
    const connected = at % 3 !== 0;
    const last = connected
      ? instant(at % 4 === 1 ? 170 + at * 3 : 60 * 24 * (3 + ((at * 37) % 900)) + at)
      : null;
    client.users += 1;
    client.connected += connected ? 1 : 0;
    return {
      reason: of(reasons, connected ? [2, 3, 4, 9, 8][at % 5]! : [0, 1, 5, 6][at % 4]!),
      user: {
        user_id: `user-${at}`,
        client_id: client.client_id,
        client: client.name,
        surname: at === 6 ? 'Константинопольская-Рождественская' : of(surnames, at * 5),
        name: of(names, at * 3),
        patronymic: at % 9 === 8 ? '' : of(patronymics, at),
        category_id: category.category_id,
        category: category.name,
        uses_1c: at % 3 === 1,
        its_until: at % 3 === 1 ? (at % 2 ? '2026' : '2027-03-31') : null,
        email: at % 2 ? `user${at}@example.ru` : '',
        phone: at % 4 === 3 ? '' : `+7 (495) 555-${String(1000 + (at % 9000))}`,
        archived: false,
        erased: at === 20,
        devices: connected ? 1 : 0,
        last_authorization: last,
        code: newestCode(at, connected),
      },
    };
  });
}

/** One of each kind of story, in turn. */
function storyOf(at: number): CodeStory {
  const none = { letter: null, opened_at: null, tries: 0, tried_at: null, computer: '' };
  const letter = { to: `user${at}@example.ru`, at: instant(90), error: '' };
  return of<CodeStory>(
    [
      none,
      { ...none, letter: { ...letter, state: 'sent' } },
      {
        ...none,
        letter: { ...letter, state: 'failed', error: '550 5.1.1 No such user here' },
        tries: 2,
        tried_at: instant(30),
      },
      { ...none, letter: { ...letter, state: 'sent' }, opened_at: instant(40) },
      { ...none, letter: { ...letter, state: 'waiting', error: '451 4.7.1 Greylisted' } },
    ],
    at,
  );
}

function newestCode(at: number, used: boolean): UserCode | null {
  if (!used && at % 4 === 0) return null;
  const age = used ? 400_000 : at % 5 === 4 ? 30_000 : 1500;
  return {
    code_id: `code-${at}`,
    issued_at: instant(age),
    expires_at: instant(age - 7 * 1440),
    revoked_at: null,
    used_at: used ? instant(age - 1000) : null,
    story: { ...storyOf(at), computer: used ? `BUH-${100 + at}` : '' },
  };
}

function editsOf(at: number): Edit[] {
  const by = 'Смирнова Алла Викторовна';
  const all: Edit[] = [
    {
      at: instant(1500),
      by,
      action: 'handed_over',
      changes: [{ field: 'computer', before: `BUH-${at}`, after: 'Белозёрова Мария Петровна' }],
    },
    {
      at: instant(20_000),
      by,
      action: 'changed',
      changes: [
        { field: 'surname', before: 'Иванова', after: 'Константинопольская-Рождественская' },
        { field: 'category', before: 'Первый платный', after: 'Второй платный' },
        { field: 'uses_1c', before: 'false', after: 'true' },
        { field: 'its_until', before: '', after: '2027-03-31' },
      ],
    },
    { at: instant(90_000), by: 'Петров Олег', action: 'restored', changes: [] },
    { at: instant(95_000), by: 'Петров Олег', action: 'archived', changes: [] },
  ];
  return at % 3 === 0 ? [] : all;
}

/** A card as full as one can be for who is connected, and as the reason says for who is not. */
export function makeCard({ user, reason }: Person, at: number): UserCard {
  const code = (age: number) => ({
    issued_by: 'Смирнова Алла',
    issued_at: instant(age),
    expires_at: instant(age - 7 * 1440),
    used_at: null,
    story: storyOf(at),
  });
  if (!user.last_authorization) {
    const state =
      reason.kind === 'code_not_used' ? 'active' : reason.kind === 'code_lapsed' ? 'expired' : undefined;
    const age = state === 'active' ? 1500 : 30_000;
    const codes = state ? [{ code_id: `code-${at}`, state, ...code(age) } as const] : [];
    return { user, codes, devices: [], authorizations: [], launches: [], failures: [], edits: editsOf(at) };
  }
  const last = new Date(user.last_authorization).getTime();
  const before = (minutes: number) => new Date(last - minutes * 60_000).toISOString();
  const computer = `BUH-${String(100 + at)}`;
  const autostart: Autostart =
    reason.kind === 'autostart_off'
      ? 'off'
      : reason.kind === 'autostart_off_by_person'
        ? 'off_by_person'
        : 'on';
  return {
    user,
    codes: [
      { code_id: `code-${at}-b`, state: 'used', ...code(400_000), used_at: instant(399_000) },
      { code_id: `code-${at}-a`, state: 'revoked', ...code(500_000) },
    ],
    devices: [
      {
        device_id: `device-${at}`,
        computer,
        system: 'Windows 11 23H2',
        program: '0.1.0',
        autostart,
        activated_at: instant(399_000),
        last_authorization: user.last_authorization,
        disconnected_at: null,
        removed_at: reason.kind === 'removed' ? before(-30) : null,
        cloned_at: at % 4 === 1 ? before(3000) : null,
        reconnected_at: at % 4 === 0 ? before(9000) : null,
        reconnected_by: at % 4 === 0 ? 'Смирнова Алла Викторовна' : '',
      },
      {
        device_id: `device-${at}-old`,
        computer: 'OLD-PC',
        system: 'Windows 7 SP1',
        program: '0.1.0',
        autostart: 'unknown',
        activated_at: instant(700_000),
        last_authorization: instant(600_000),
        disconnected_at: instant(450_000),
        removed_at: null,
        cloned_at: null,
        reconnected_at: null,
        reconnected_by: '',
      },
    ],
    authorizations: (['launch', 'new_day', 'resume', 'network', 'person', 'activation'] as const).map(
      (trigger, back) => ({
        at: before(back * 1443),
        computer,
        trigger,
        attended: of(['yes', 'yes', 'no', 'unknown'] as const, back),
      }),
    ),
    launches: [
      { started_at: before(1), told_at: before(0), computer, origin: 'login', authorized: true },
      { started_at: before(2900), told_at: before(0), computer, origin: 'login', authorized: false },
      { started_at: before(4400), told_at: before(4399), computer, origin: 'person', authorized: true },
      { started_at: before(4500), told_at: before(4499), computer, origin: 'from_1c', authorized: true },
    ],
    failures: [
      { computer, kind: 'proxy', count: 14, first_at: before(2900), last_at: before(30) },
      { computer, kind: 'clock', count: 1, first_at: before(2000), last_at: before(2000) },
    ],
    edits: editsOf(at),
  };
}
