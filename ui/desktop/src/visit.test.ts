import type { VisitView } from '@buhphone/shared/types/agent';
import { describe, expect, it } from 'vitest';

import { visitAt, visiting } from '../gallery/visiting';
import { messages } from './messages';
import { clock, elapsed, failureText, offersTrial, phaseOf, stepsOf } from './visit';

const active = { kind: 'active' } as const;
const kinds = (view: Parameters<typeof stepsOf>[0]) => stepsOf(view).map(({ state }) => state.kind);

describe('the visit', () => {
  it.each([
    ['visit_key', 'connecting'],
    ['visit_autostart', 'connecting'],
    ['visit_authorize_failed', 'failed'],
    ['visit_trial', 'trial'],
    ['visit_sending_offline', 'sending'],
    ['visit_confirming', 'confirming'],
    ['visit_complete', 'complete'],
    ['visit_answered', 'complete'],
  ])('%s waits for what it should: %s', (state, phase) => {
    const { stage = active, visit = null } = visiting[state]!;
    expect(phaseOf({ stage, visit })).toBe(phase);
  });

  it('shows the steps of an activation that was told without them', () => {
    expect(kinds({ stage: { kind: 'activating', step: 'authorize' }, visit: null })).toEqual([
      'done',
      'current',
      'pending',
      'pending',
      'pending',
      'pending',
    ]);
  });

  it('starts again from the first step when a computer is connected again', () => {
    const before = visitAt(6);
    expect(kinds({ stage: { kind: 'activating', step: 'key' }, visit: before })[0]).toBe('current');
    expect(phaseOf({ stage: { kind: 'activating', step: 'key' }, visit: before })).toBe('connecting');
  });

  it.each([
    ['visit_key', false],
    ['visit_autostart_failed', true],
    ['visit_trial', true],
    ['visit_sending_offline', false],
    ['visit_complete', false],
  ])('%s offers the test request: %s', (state, offered) => {
    const { stage = active, visit = null } = visiting[state]!;
    expect(offersTrial({ stage, visit })).toBe(offered);
  });

  it('passes over steps newer than this window', () => {
    const visit: VisitView = visitAt(3);
    visit.steps.push({ step: 'unknown', state: { kind: 'current' }, at_s: null });
    expect(stepsOf({ stage: active, visit })).toHaveLength(6);
  });
});

describe('the clock', () => {
  it.each([
    [0, '0:00'],
    [7, '0:07'],
    [250, '4:10'],
    [3850, '1:04:10'],
  ])('%s s is %s', (seconds, printed) => {
    expect(clock(seconds)).toBe(printed);
  });

  it('goes on between snapshots and stands still when the visit is complete', () => {
    expect(elapsed({ elapsed_s: 10, complete: false }, 2900)).toBe(12);
    expect(elapsed({ elapsed_s: 10, complete: false }, -5)).toBe(10);
    expect(elapsed({ elapsed_s: 10, complete: true }, 2900)).toBe(10);
  });
});

describe.each(Object.values(messages))('a failure in $language', (words) => {
  it('has its own sentence, that of its cause, or a general one', () => {
    expect(failureText(words, 'foreign')).toBe(words.visit.failures['foreign']);
    expect(failureText(words, 'code_used')).toBe(words.connect.errors.code_used);
    expect(failureText(words, 'proxy')).toBe(words.visit.failures['proxy']);
    expect(failureText(words, 'dns')).toBe(words.remedies.dns);
    expect(failureText(words, 'toString')).toBe(words.visit.otherFailure);
  });
});
