import type { Trouble } from '@buhphone/shared/types/agent';
import { describe, expect, it } from 'vitest';

import { messages } from './messages';
import { canAuthorize, shown } from './troubles';

const remedyOf = (trouble: Trouble) => {
  const { remedy } = shown(messages.ru, trouble);
  if (!remedy) return undefined;
  return [remedy.label, 'command' in remedy ? remedy.command.kind : remedy.screen];
};

describe('a trouble', () => {
  it.each<[Trouble, string[] | undefined]>([
    [{ kind: 'disconnected' }, ['Ввести новый код', 'new_code']],
    [{ kind: 'key_lost' }, ['Ввести новый код', 'new_code']],
    [{ kind: 'not_authorized', failure: 'dns' }, ['Авторизоваться сейчас', 'authorize_now']],
    [{ kind: 'autostart_off' }, ['Включить запуск вместе с компьютером', 'repair_autostart']],
    [{ kind: 'autostart_off_by_person' }, ['Включить запуск вместе с компьютером', 'repair_autostart']],
    [{ kind: 'autostart_foreign' }, ['Запускать эту копию', 'repair_autostart']],
    [{ kind: 'user_archived' }, undefined],
    [{ kind: 'contract_ended' }, undefined],
  ])('%j has its way out', (trouble, remedy) => {
    expect(remedyOf(trouble)).toEqual(remedy);
  });

  it('names the file that was set aside', () => {
    expect(shown(messages.en, { kind: 'state_set_aside', file: 'agent.db.damaged' }).text).toContain(
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
  });
});
