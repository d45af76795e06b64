/** The visit's steps as they are shown: which are done, which failed, what is going on. */

import type { Visit, VisitStep, VisitStepRow } from '@buhphone/shared/types/cabinet';

export const steps = [
  'connected',
  'authorized',
  'autostart',
  'test_sent',
  'confirmed',
  'answered',
] as const satisfies VisitStep[];

export type Step = (typeof steps)[number];
export type StepState = 'done' | 'failed' | 'doing' | 'ahead';

export interface ShownStep {
  step: Step;
  state: StepState;
  row: VisitStepRow | undefined;
}

/** All the steps in their order. The first that has not happened after a done one is going on. */
export function shownSteps(visit: Visit): ShownStep[] {
  const rows = new Map(visit.steps.map((row) => [row.step, row]));
  let doing = rows.has('connected');
  return steps.map((step) => {
    const row = rows.get(step);
    if (row) {
      if (row.failed) doing = false;
      return { step, row, state: row.failed ? 'failed' : 'done' };
    }
    const state = doing ? 'doing' : 'ahead';
    doing = false;
    return { step, row, state };
  });
}

export type VisitState = 'awaited' | 'going' | 'failed' | 'complete' | 'answered';

export function stateOf(visit: Visit): VisitState {
  const shown = shownSteps(visit);
  const done = (step: Step) => shown.some((each) => each.step === step && each.state === 'done');
  if (done('answered') && done('confirmed')) return 'answered';
  if (done('confirmed')) return 'complete';
  if (shown.some(({ state }) => state === 'failed')) return 'failed';
  return visit.steps.length > 0 ? 'going' : 'awaited';
}

export const doneOf = (visit: Visit): number =>
  shownSteps(visit).filter(({ state }) => state === 'done').length;

/** When the code was entered: every step tells how long after that it was. */
export function startedAt(visit: Visit): number | undefined {
  const row = visit.steps.find(({ step }) => step === 'connected') ?? visit.steps[0];
  return row && Date.parse(row.at) - row.elapsed_ms;
}
