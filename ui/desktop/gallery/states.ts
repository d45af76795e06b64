/** The snapshots the gallery shows, each as what differs from a day when all is well. */
import type { ActivationError, FailureKind, Stage, Trouble, View } from '@buhphone/shared/types/agent';

import { ru } from '../src/messages/ru';
import type { Place } from '../src/places';
import { checks } from './checking';
import { emptyTalk, talking } from './talking';
import { sampleBody } from './sample';
import { visiting } from './visiting';

export type Shown = Partial<View> & { opened?: Place };

export const seen: View = {
  language: 'ru',
  language_choice: 'system',
  stage: { kind: 'active' },
  connection: { kind: 'online' },
  last_authorization: {
    at: '2026-11-23T06:00:12Z',
    printed: '23.11.2026 9:00:12',
    zone: null,
    ago: { unit: 'hours', count: 3 },
    today: true,
  },
  authorizing: false,
  owner: {
    partner: 'ООО «Учёт и Порядок»',
    phone: '+7 (495) 123-45-67',
    client: 'ООО «Ромашка»',
    user: 'Иванова Мария Сергеевна',
  },
  autostart: 'on',
  troubles: [],
  last_sent: { at: '2026-11-23T06:00:12Z', printed: '23.11.2026 9:00:12', body: sampleBody, answered: true },
  version: '0.1.0',
  cloud: 'https://cloud.buhphone.example',
  tray: { icon: 'authorized', state: '', last: '', open: '', call_me: '', unread: '', quit: '' },
  talk: emptyTalk,
  visit: null,
  self_check: { running: false, result: null },
};

const earlier: View['last_authorization'] = {
  at: '2026-11-20T05:58:40Z',
  printed: '20.11.2026 8:58:40',
  zone: null,
  ago: { unit: 'days', count: 3 },
  today: false,
};

const notActivated = (stage: Partial<Extract<Stage, { kind: 'not_activated' }>>): Shown => ({
  stage: { kind: 'not_activated', code: null, cloud: null, error: null, ...stage },
  connection: { kind: 'unknown' },
  last_authorization: null,
  owner: null,
  autostart: 'off',
  last_sent: null,
});

const troubled = (...troubles: Trouble[]): Shown => ({ troubles, last_authorization: earlier });

const unauthorized = (failure: FailureKind): Shown => ({
  ...troubled({ kind: 'not_authorized', failure }),
  connection: { kind: 'offline', failure },
});

const long = (text: string) => text.padEnd(200, ' и очень длинное наименование').slice(0, 200);

export const states: Record<string, Shown> = {
  starting: { stage: { kind: 'starting' } },
  connect: notActivated({}),
  connect_link: notActivated({ code: '4821-0937-5526' }),
  connect_link_cloud: notActivated({
    code: '4821-0937-5526',
    cloud: 'https://buhphone.uchet-i-poryadok.example:8443',
  }),
  ...visiting,
  ...talking,
  well: {},
  well_zone: {
    last_authorization: {
      at: '2026-11-23T06:00:12Z',
      printed: '23.11.2026 9:00:12',
      zone: 'Europe/Moscow',
      ago: { unit: 'just_now' },
      today: true,
    },
  },
  not_yet: { last_authorization: earlier, connection: { kind: 'unknown' } },
  never: { last_authorization: null, connection: { kind: 'offline', failure: 'dns' } },
  authorizing: { last_authorization: earlier, authorizing: true },
  no_phone: { owner: { ...seen.owner!, phone: '' } },
  long: {
    owner: {
      partner: long('Общество с ограниченной ответственностью «Учёт и Порядок»'),
      phone: '8-800-555-35-35, доб. 1234 (круглосуточно, кроме праздников)',
      client: long('Муниципальное бюджетное общеобразовательное учреждение «Средняя школа № 5»'),
      user: 'Константинопольская-Преображенская Александра Константиновна',
    },
  },
  offline_today: { connection: { kind: 'offline', failure: 'timeout' } },
  all_troubles: {
    ...troubled(
      { kind: 'not_authorized', failure: 'connect' },
      { kind: 'clock_wrong' },
      { kind: 'keyring_locked' },
      { kind: 'autostart_off' },
      { kind: 'contract_ended' },
      {
        kind: 'state_set_aside',
        file: '/home/maria/.local/share/buhphone/agent.db.damaged-20261123T060012Z',
      },
      { kind: 'state_not_saved' },
    ),
    connection: { kind: 'offline', failure: 'connect' },
    autostart: 'off',
  },
  disconnected: troubled({ kind: 'disconnected' }),
  new_code_used: { ...notActivated({ code: '4821-0937-5526', error: 'code_used' }), owner: seen.owner },
  new_code: { ...troubled({ kind: 'disconnected' }), opened: { screen: 'new_code' } },
  user_archived: troubled({ kind: 'user_archived' }),
  key_lost: troubled({ kind: 'key_lost' }),
  reconnecting: troubled({ kind: 'reconnecting', told: true, failure: null }),
  reconnecting_today: { troubles: [{ kind: 'reconnecting', told: true, failure: null }] },
  reconnecting_offline: {
    ...troubled({ kind: 'reconnecting', told: true, failure: 'dns' }),
    connection: { kind: 'offline', failure: 'dns' },
  },
  reconnecting_telling: troubled({ kind: 'reconnecting', told: false, failure: null }),
  reconnecting_untold: {
    ...troubled({ kind: 'reconnecting', told: false, failure: 'connect' }),
    connection: { kind: 'offline', failure: 'connect' },
  },
  reconnecting_keyring: troubled({ kind: 'reconnecting', told: true, failure: 'keyring' }),
  reconnecting_clock: troubled({ kind: 'reconnecting', told: false, failure: 'clock' }),
  reconnecting_refused_by_cloud: troubled({ kind: 'reconnecting', told: false, failure: 'refused' }),
  reconnecting_long: {
    ...troubled({ kind: 'reconnecting', told: true, failure: null }, { kind: 'autostart_off' }),
    owner: { ...seen.owner!, partner: long('Первая бухгалтерская компания Нижнего Новгорода') },
  },
  reconnecting_writing: {
    ...troubled({ kind: 'reconnecting', told: true, failure: null }),
    opened: { screen: 'ask' },
  },
  reconnecting_callback: {
    ...troubled({ kind: 'reconnecting', told: true, failure: null }),
    opened: { screen: 'callback' },
  },
  reconnection_refused: troubled({ kind: 'reconnection_refused' }),
  keyring_locked: troubled({ kind: 'keyring_locked' }),
  clock_wrong: troubled({ kind: 'clock_wrong' }),
  autostart_off: { troubles: [{ kind: 'autostart_off' }], autostart: 'off' },
  autostart_off_by_person: { troubles: [{ kind: 'autostart_off_by_person' }], autostart: 'off_by_person' },
  autostart_foreign: { troubles: [{ kind: 'autostart_foreign' }], autostart: 'foreign' },
  autostart_forbidden: { troubles: [{ kind: 'autostart_forbidden' }], autostart: 'forbidden' },
  contract_ended: { troubles: [{ kind: 'contract_ended' }] },
  state_set_aside: { troubles: [{ kind: 'state_set_aside', file: 'agent.db.damaged-20261123T060012Z' }] },
  state_not_saved: { troubles: [{ kind: 'state_not_saved' }] },
  sent: { opened: { screen: 'sent' } },
  sent_unanswered: { opened: { screen: 'sent' }, last_sent: { ...seen.last_sent!, answered: false } },
  sent_never: { opened: { screen: 'sent' }, last_sent: null },
  about: { opened: { screen: 'about' } },
  ...Object.fromEntries(
    Object.entries(checks).map(([name, self_check]) => [
      `self_check_${name}`,
      { opened: { screen: 'self_check' }, self_check } satisfies Shown,
    ]),
  ),
  about_autostart_off: { opened: { screen: 'about' }, autostart: 'off_by_person' },
  ...Object.fromEntries(
    (Object.keys(ru.connect.errors) as ActivationError[]).map((error) => [
      `connect_${error}`,
      notActivated({ code: '4821-0937-5526', error }),
    ]),
  ),
  ...Object.fromEntries(
    (Object.keys(ru.remedies) as FailureKind[]).map((failure) => [
      `not_authorized_${failure}`,
      unauthorized(failure),
    ]),
  ),
};
