import type { CodeStory, LetterState, UserCode } from '@buhphone/shared/types/cabinet';
import { describe, expect, it } from 'vitest';
import { progressOf, readCodeFilter } from './progress';

const now = Date.parse('2026-11-23T09:00:00Z');

function code(changes: Partial<UserCode>, story: Partial<CodeStory> = {}): UserCode {
  return {
    code_id: 'code',
    issued_at: '2026-11-23T06:00:00Z',
    expires_at: '2026-11-30T06:00:00Z',
    revoked_at: null,
    used_at: null,
    story: { letter: null, opened_at: null, tries: 0, tried_at: null, computer: '', ...story },
    ...changes,
  };
}

const letter = (state: LetterState) => ({
  letter: { to: 'a@b.ru', state, at: '2026-11-23T06:00:00Z', error: '' },
});

describe('how far a code got', () => {
  it('is the furthest step that still holds', () => {
    expect(progressOf(null, now)).toBe('none');
    expect(progressOf(code({}), now)).toBe('issued');
    expect(progressOf(code({}, letter('waiting')), now)).toBe('sending');
    expect(progressOf(code({}, letter('sent')), now)).toBe('sent');
    expect(progressOf(code({}, letter('failed')), now)).toBe('undelivered');
    expect(progressOf(code({}, letter('withdrawn')), now)).toBe('issued');
    expect(progressOf(code({}, { ...letter('sent'), opened_at: '2026-11-23T07:00:00Z' }), now)).toBe(
      'opened',
    );
  });

  it('ends with the code, whatever was before', () => {
    const opened = { opened_at: '2026-11-23T07:00:00Z' };
    expect(progressOf(code({ expires_at: '2026-11-23T09:00:00Z' }, opened), now)).toBe('expired');
    expect(progressOf(code({ revoked_at: '2026-11-23T08:00:00Z' }, opened), now)).toBe('revoked');
    expect(
      progressOf(code({ used_at: '2026-11-23T08:00:00Z', expires_at: '2026-11-23T09:00:00Z' }), now),
    ).toBe('used');
  });

  it('is asked for by the names the cloud knows', () => {
    expect(readCodeFilter('needed')).toBe('needed');
    expect(readCodeFilter('anything')).toBeUndefined();
    expect(readCodeFilter(null)).toBeUndefined();
  });
});
