import type { FailureKind, Owner, Trouble } from '@buhphone/shared/types/agent';
import { describe, expect, it } from 'vitest';

import { messages } from './messages';
import { canAuthorize, shown } from './troubles';

const owner: Owner = { partner: 'Учёт и Ко', phone: '', client: '', user: '' };

const remedyOf = (trouble: Trouble) => {
  const { remedy } = shown(messages.ru, trouble, owner);
  if (!remedy) return undefined;
  return [remedy.label, 'command' in remedy ? remedy.command.kind : remedy.screen];
};

describe('a trouble', () => {
  it.each<[Trouble, string[] | undefined]>([
    [{ kind: 'disconnected' }, ['Ввести новый код', 'new_code']],
    [{ kind: 'key_lost' }, ['Подключить заново', 'reconnect']],
    [{ kind: 'reconnecting', told: true, failure: null }, ['Отменить', 'cancel_reconnection']],
    [{ kind: 'reconnection_refused' }, ['Ввести новый код', 'new_code']],
    [{ kind: 'not_authorized', failure: 'dns' }, ['Авторизоваться сейчас', 'authorize_now']],
    [{ kind: 'autostart_off' }, ['Включить запуск вместе с компьютером', 'repair_autostart']],
    [{ kind: 'autostart_off_by_person' }, ['Включить запуск вместе с компьютером', 'repair_autostart']],
    [{ kind: 'autostart_foreign' }, ['Запускать эту копию', 'repair_autostart']],
    [{ kind: 'autostart_forbidden' }, undefined],
    [{ kind: 'user_archived' }, undefined],
    [{ kind: 'contract_ended' }, undefined],
  ])('%j has its way out', (trouble, remedy) => {
    expect(remedyOf(trouble)).toEqual(remedy);
  });

  it('names the file that was set aside', () => {
    expect(shown(messages.en, { kind: 'state_set_aside', file: 'agent.db.damaged' }, owner).text).toContain(
      'agent.db.damaged',
    );
  });

  it('tells one failure from another', () => {
    const texts = Object.values(messages.ru.remedies);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('offers no authorization that only a new code or the partner can make possible', () => {
    expect(canAuthorize([{ kind: 'contract_ended' }, { kind: 'autostart_off' }])).toBe(true);
    expect(canAuthorize([{ kind: 'disconnected' }])).toBe(false);
    expect(canAuthorize([{ kind: 'contract_ended' }, { kind: 'user_archived' }])).toBe(false);
    expect(canAuthorize([{ kind: 'key_lost' }])).toBe(false);
    expect(canAuthorize([{ kind: 'reconnecting', told: true, failure: null }])).toBe(false);
    expect(canAuthorize([{ kind: 'reconnection_refused' }])).toBe(false);
  });

  it('of a lost key has two ways out, in the order of their ease', () => {
    const other = (trouble: Trouble) => shown(messages.ru, trouble, owner).other?.label;
    expect(other({ kind: 'key_lost' })).toBe('Ввести новый код');
    expect(other({ kind: 'reconnection_refused' })).toBe('Попросить ещё раз');
    expect(other({ kind: 'disconnected' })).toBeUndefined();
  });
});

describe('waiting for the partner', () => {
  const wait = (told: boolean, failure: FailureKind | null) => {
    const { tone, title, text } = shown(messages.ru, { kind: 'reconnecting', told, failure }, owner);
    return { tone, title: title.replaceAll('\u00a0', ' '), text };
  };

  it('names whom, and asks nothing of the person', () => {
    expect(wait(true, null)).toEqual({
      tone: 'wait',
      title: 'Ждём подтверждения от «Учёт и Ко»',
      text: 'Обычно это минуты. Можно закрыть окно: программа подключится сама.',
    });
    expect(wait(true, 'dns').tone).toBe('wait');
    expect(wait(false, 'timeout').tone).toBe('wait');
  });

  it('adds no quotation marks to a name that has its own', () => {
    const of = { ...owner, partner: 'ООО «Учёт и Порядок»' };
    const { title } = shown(messages.ru, { kind: 'reconnecting', told: true, failure: null }, of);
    expect(title).toBe('Ждём подтверждения от\u00a0ООО «Учёт и Порядок»');
  });

  it('says what the person alone can mend', () => {
    for (const failure of ['keyring', 'clock', 'refused'] as const) {
      expect(wait(true, failure).tone).toBe('care');
      expect(wait(false, failure).text).toBe(messages.ru.reconnecting.texts[failure]);
    }
  });

  it('does not say that the partner has a wish that was not sent', () => {
    expect(wait(false, null).title).toBe('Просим партнёра подключить компьютер');
    expect(wait(false, 'dns').text).toContain('сохранена');
  });
});
