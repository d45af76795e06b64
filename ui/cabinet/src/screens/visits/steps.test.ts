import type { Visit, VisitStep } from '@buhphone/shared/types/cabinet';
import { describe, expect, it } from 'vitest';
import { doneOf, shownSteps, startedAt, stateOf } from './steps';

function visit(...done: (VisitStep | [VisitStep, string])[]): Visit {
  return {
    code_id: 'code',
    user_id: 'user',
    user: 'Абрамова Анна',
    client: 'ООО «Ромашка»',
    issued_by: 'Смирнова Алла',
    issued_at: '2026-11-23T09:00:00Z',
    device_id: null,
    computer: '',
    system: '',
    program: '',
    steps: done.map((each, at) => {
      const [step, failed] = typeof each === 'string' ? [each, null] : each;
      return { step, failed, at: `2026-11-23T09:00:0${at + 1}Z`, elapsed_ms: at * 1000 };
    }),
    request_id: null,
    took_ms: null,
  };
}

const pictureOf = (shown: Visit) => shownSteps(shown).map(({ state }) => state);

describe('a visit', () => {
  it('waits for its code', () => {
    expect(pictureOf(visit())).toEqual(Array(6).fill('ahead'));
    expect(stateOf(visit())).toBe('awaited');
    expect(startedAt(visit())).toBeUndefined();
  });

  it('goes step by step', () => {
    const going = visit('connected', 'authorized');
    expect(pictureOf(going)).toEqual(['done', 'done', 'doing', 'ahead', 'ahead', 'ahead']);
    expect([stateOf(going), doneOf(going)]).toEqual(['going', 2]);
    expect(startedAt(going)).toBe(Date.parse('2026-11-23T09:00:01Z'));
  });

  it('stops at a failed step until it is repeated', () => {
    const failed = visit('connected', 'authorized', ['autostart', 'off_by_person']);
    expect(pictureOf(failed)).toEqual(['done', 'done', 'failed', 'ahead', 'ahead', 'ahead']);
    expect([stateOf(failed), doneOf(failed)]).toEqual(['failed', 2]);
  });

  it('is complete with the confirmation, and answered after it', () => {
    const steps: VisitStep[] = ['connected', 'authorized', 'autostart', 'test_sent', 'confirmed'];
    expect(stateOf(visit(...steps))).toBe('complete');
    expect(stateOf(visit(...steps, 'answered'))).toBe('answered');
    // An answer may come before the program shows the line's own.
    expect(stateOf(visit('connected', 'authorized', 'autostart', 'test_sent', 'answered'))).toBe('going');
  });

  it('passes over steps of a newer program', () => {
    expect(doneOf(visit('connected', 'unknown'))).toBe(1);
  });
});
