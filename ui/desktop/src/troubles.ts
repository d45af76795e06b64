import type { ActivationError, Command, FailureKind, Owner, Trouble } from '@buhphone/shared/types/agent';

import type { Messages, Words } from './messages';
import { quoted } from './wording';

/** What a trouble's button does: a command to the agent, or the screen for a new code. */
export type Remedy = { label: string } & ({ command: Command } | { screen: 'new_code' });

/** A trouble as it is shown. */
export interface Shown extends Words {
  kind: Trouble['kind'];
  /**
   * `stop`: no authorization until it is put right. `care`: it works, or will by itself. `wait`: somebody
   * else puts it right. `know`: nothing is broken.
   */
  tone: 'stop' | 'care' | 'wait' | 'know';
  /** The remedy is to call the partner. */
  call: boolean;
  remedy?: Remedy;
  /** Another way out, where there are two. */
  other?: Remedy;
}

export function shown(messages: Messages, trouble: Trouble, owner: Owner | null = null): Shown {
  const { actions, troubles } = messages;
  const newCode: Remedy = { label: actions.newCode, screen: 'new_code' };
  const reconnect = (label: string): Remedy => ({ label, command: { kind: 'reconnect' } });
  const repair = (label: string): Remedy => ({ label, command: { kind: 'repair_autostart' } });
  switch (trouble.kind) {
    case 'disconnected':
      return { kind: trouble.kind, tone: 'stop', call: true, ...troubles.disconnected, remedy: newCode };
    case 'key_lost':
      return {
        kind: trouble.kind,
        tone: 'stop',
        call: true,
        ...troubles.key_lost,
        remedy: reconnect(actions.reconnect),
        other: newCode,
      };
    case 'reconnecting':
      return {
        kind: trouble.kind,
        tone: needsThePerson(trouble.failure) ? 'care' : 'wait',
        call: true,
        ...waiting(messages, trouble, owner),
        remedy: { label: actions.cancel, command: { kind: 'cancel_reconnection' } },
      };
    case 'reconnection_refused':
      return {
        kind: trouble.kind,
        tone: 'stop',
        call: true,
        ...troubles.reconnection_refused,
        remedy: newCode,
        other: reconnect(actions.askAgain),
      };
    case 'user_archived':
      return { kind: trouble.kind, tone: 'stop', call: true, ...troubles.user_archived };
    case 'keyring_locked':
    case 'clock_wrong':
    case 'state_not_saved':
      return { kind: trouble.kind, tone: 'care', call: false, ...troubles[trouble.kind] };
    case 'not_authorized':
      return {
        kind: trouble.kind,
        tone: 'care',
        call: ['refused', 'key_lost', 'other'].includes(trouble.failure),
        title: troubles.not_authorized,
        text: messages.remedies[trouble.failure],
        remedy: { label: messages.home.authorizeNow, command: { kind: 'authorize_now' } },
      };
    case 'autostart_off':
    case 'autostart_off_by_person':
      return {
        kind: trouble.kind,
        tone: 'care',
        call: false,
        ...troubles[trouble.kind],
        remedy: repair(actions.repair),
      };
    case 'autostart_foreign':
      return {
        kind: trouble.kind,
        tone: 'care',
        call: false,
        ...troubles.autostart_foreign,
        remedy: repair(actions.useThisCopy),
      };
    case 'autostart_forbidden':
      return { kind: trouble.kind, tone: 'know', call: false, ...troubles.autostart_forbidden };
    case 'contract_ended':
      return { kind: trouble.kind, tone: 'know', call: true, ...troubles.contract_ended };
    case 'state_set_aside':
      return { kind: trouble.kind, tone: 'know', call: false, ...troubles.state_set_aside(trouble.file) };
  }
}

const WAITED_FOR: ActivationError[] = [
  'slow_down',
  'offline',
  'unavailable',
  'proxy',
  'tls',
  'clock',
  'keyring',
];

/** Whether the code is kept and the agent tries again by itself: nothing is wrong with what was typed. */
export function goesOnByItself(error: ActivationError): boolean {
  return WAITED_FOR.includes(error);
}

function waiting(
  messages: Messages,
  { told, failure }: Extract<Trouble, { kind: 'reconnecting' }>,
  owner: Owner | null,
): Words {
  const { titles, texts } = messages.reconnecting;
  const offline = failure !== null && !needsThePerson(failure);
  const title = told
    ? titles.told(quoted(messages, owner?.partner ?? ''))
    : failure === null
      ? titles.telling
      : titles.untold;
  if (needsThePerson(failure)) return { title, text: texts[failure] };
  if (offline) return { title, text: told ? texts.toldOffline : texts.untoldOffline };
  return { title, text: told ? texts.told : texts.telling };
}

/** What hinders the program is not mended by waiting. */
function needsThePerson(failure: FailureKind | null): failure is 'keyring' | 'clock' | 'refused' {
  return failure === 'keyring' || failure === 'clock' || failure === 'refused';
}

/** Whether a new key waits for the partner: what is written meanwhile is sent afterwards. */
export function waitsForPartner(troubles: Trouble[]): boolean {
  return troubles.some(({ kind }) => kind === 'reconnecting');
}

const UNABLE: Trouble['kind'][] = [
  'disconnected',
  'key_lost',
  'reconnecting',
  'reconnection_refused',
  'user_archived',
];

/** Whether it is about the program's own data on this computer. */
export function ofData({ kind }: Trouble): boolean {
  return kind === 'state_not_saved' || kind === 'state_set_aside';
}

/** Whether a click on «Авторизоваться сейчас» can succeed: not while only a new code or the partner helps. */
export function canAuthorize(troubles: Trouble[]): boolean {
  return !troubles.some(({ kind }) => UNABLE.includes(kind));
}
