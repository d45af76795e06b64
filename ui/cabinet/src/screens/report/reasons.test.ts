import type { CodeState, Device, UserCard } from '@buhphone/shared/types/cabinet';
import { expect, it } from 'vitest';
import { en } from '../../messages/en';
import { ru } from '../../messages/ru';
import { presentReason, readReason, remedyOf, shortReason, writeReason } from './reasons';

function card(parts: { archived?: boolean; codes?: CodeState[]; devices?: Partial<Device>[] }): UserCard {
  return {
    user: { archived: parts.archived ?? false },
    codes: (parts.codes ?? []).map((state) => ({ state })),
    devices: (parts.devices ?? []).map((device) => ({
      disconnected_at: null,
      removed_at: null,
      autostart: 'on',
      ...device,
    })),
  } as UserCard;
}

it('goes through an address and back', () => {
  for (const reason of [
    { kind: 'silent' },
    { kind: 'unreachable', failure: 'clock' },
    { kind: 'unreachable', failure: null },
  ] as const) {
    expect(readReason(writeReason(reason))).toEqual(reason);
  }
  expect(readReason('toString')).toBeUndefined();
  expect(readReason(null)).toBeUndefined();
});

it('names the failure and its own remedy', () => {
  const reason = { kind: 'unreachable', failure: 'clock' } as const;
  expect(shortReason(reason, ru)).toBe('Нет связи с облаком: неверное время на компьютере');
  expect(remedyOf(reason, ru)).toEqual({
    what: 'Программа запускалась, но не смогла связаться с облаком: неверное время на компьютере.',
    how: 'Проверьте дату и время на компьютере; возможно, села батарейка.',
  });
  expect(shortReason(reason, en)).toBe('The cloud was not reached: the computer’s clock is wrong');
});

it('says what stands in the way now, whatever the report said then', () => {
  const silent = { kind: 'silent' } as const;
  expect(presentReason(card({ archived: true }), silent)).toEqual({ kind: 'archived' });
  expect(presentReason(card({}), silent)).toEqual({ kind: 'not_invited' });
  expect(presentReason(card({ codes: ['active', 'expired'] }), silent)).toEqual({ kind: 'code_not_used' });
  expect(presentReason(card({ codes: ['expired'] }), undefined)).toEqual({ kind: 'code_lapsed' });
  expect(presentReason(card({ codes: ['used'], devices: [{ disconnected_at: '2026' }] }), silent)).toEqual({
    kind: 'disconnected',
  });
  const removed = card({ codes: ['used'], devices: [{ removed_at: '2026' }] });
  expect(presentReason(removed, silent)).toEqual({ kind: 'removed' });
});

it('leaves silence and failed calls to the report, and a healthy computer alone', () => {
  const healthy = card({ devices: [{}] });
  expect(presentReason(healthy, undefined)).toBeUndefined();
  expect(presentReason(healthy, { kind: 'silent' })).toEqual({ kind: 'silent' });
  expect(presentReason(healthy, { kind: 'not_invited' })).toBeUndefined();
  expect(presentReason(card({ devices: [{ autostart: 'off_by_person' }] }), undefined)).toEqual({
    kind: 'autostart_off_by_person',
  });
  expect(presentReason(card({ devices: [{ autostart: 'forbidden' }] }), undefined)).toEqual({
    kind: 'autostart_forbidden',
  });
  expect(presentReason(card({ devices: [{ autostart: 'off' }, {}] }), undefined)).toBeUndefined();
});
