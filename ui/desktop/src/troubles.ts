import type { Command, Trouble } from '@buhphone/shared/types/agent';

import type { Messages, Words } from './messages';

/** What a trouble's button does: a command to the agent, or the screen for a new code. */
export type Remedy = { label: string } & ({ command: Command } | { screen: 'new_code' });

/** A trouble as it is shown. */
export interface Shown extends Words {
  kind: Trouble['kind'];
  /** `stop`: no authorization until it is put right. `care`: it works, or will by itself. `know`: nothing is broken. */
  tone: 'stop' | 'care' | 'know';
  /** The remedy is to call the partner. */
  call: boolean;
  remedy?: Remedy;
}

export function shown(messages: Messages, trouble: Trouble): Shown {
  const { actions, troubles } = messages;
  const newCode: Remedy = { label: actions.newCode, screen: 'new_code' };
  const repair = (label: string): Remedy => ({ label, command: { kind: 'repair_autostart' } });
  switch (trouble.kind) {
    case 'disconnected':
    case 'key_lost':
      return { kind: trouble.kind, tone: 'stop', call: true, ...troubles[trouble.kind], remedy: newCode };
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
    case 'contract_ended':
      return { kind: trouble.kind, tone: 'know', call: true, ...troubles.contract_ended };
    case 'state_set_aside':
      return { kind: trouble.kind, tone: 'know', call: false, ...troubles.state_set_aside(trouble.file) };
  }
}

/** Whether a click on «Авторизоваться сейчас» can succeed: not while only a new code or the partner helps. */
export function canAuthorize(troubles: Trouble[]): boolean {
  return !troubles.some(
    ({ kind }) => kind === 'disconnected' || kind === 'key_lost' || kind === 'user_archived',
  );
}
