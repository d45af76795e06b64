/** The visit as it is shown: its steps, what the person may do now, how long it takes. */
import type { ActivationStep, StepState, View, VisitStep, VisitView } from '@buhphone/shared/types/agent';

import type { Messages } from './messages';

export type VisitName = Exclude<VisitStep, 'unknown'>;

export interface Step {
  name: VisitName;
  state: StepState;
  at_s: number | null;
}

const NAMES: VisitName[] = ['connected', 'authorized', 'autostart', 'test_sent', 'confirmed', 'answered'];

/** Which step of the visit an activation's step belongs to. */
const MAKES: Record<ActivationStep, VisitName> = {
  key: 'connected',
  bind: 'connected',
  authorize: 'authorized',
  autostart: 'autostart',
};

/** The known steps in their order; while connecting, as far as the activation got. */
export function stepsOf(view: Pick<View, 'stage' | 'visit'>): Step[] {
  const told = new Map(view.visit?.steps.map((step) => [step.step, step]));
  const making = view.stage.kind === 'activating' ? NAMES.indexOf(MAKES[view.stage.step]) : undefined;
  return NAMES.map((name, place) => {
    const { state, at_s } = told.get(name) ?? { state: { kind: 'pending' } as const, at_s: null };
    if (making === undefined || state.kind === 'failed') return { name, state, at_s };
    const kind = place < making ? 'done' : place === making ? 'current' : 'pending';
    return { name, state: { kind }, at_s: kind === 'done' ? at_s : null };
  });
}

/** What the visit waits for. */
export type Phase = 'connecting' | 'failed' | 'trial' | 'sending' | 'confirming' | 'complete';

export function phaseOf(view: Pick<View, 'stage' | 'visit'>): Phase {
  const { visit } = view;
  const steps = stepsOf(view);
  const done = (name: VisitName) => steps.find((step) => step.name === name)?.state.kind === 'done';
  if (steps.some(({ state }) => state.kind === 'failed')) return 'failed';
  if (visit?.complete && view.stage.kind === 'active') return 'complete';
  if (view.stage.kind === 'activating' || !done('autostart')) return 'connecting';
  if (done('test_sent')) return 'confirming';
  return visit?.request_id ? 'sending' : 'trial';
}

/** Whether the test request can be sent: a start that will not switch on must not end the visit. */
export function offersTrial(view: Pick<View, 'stage' | 'visit'>): boolean {
  if (view.stage.kind !== 'active' || view.visit?.request_id) return false;
  const phase = phaseOf(view);
  const connected = stepsOf(view)[0]?.state.kind === 'done';
  return phase === 'trial' || (phase === 'failed' && connected);
}

/** Why a step failed, in words. */
export function failureText(messages: Messages, reason: string): string {
  const { failures, otherFailure } = messages.visit;
  const all: Record<string, string>[] = [failures, messages.connect.errors, messages.remedies];
  return all.map((words) => own(words, reason)).find((text) => text !== undefined) ?? otherFailure;
}

function own(words: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

/** `4:10`, past an hour `1:04:10`. */
export function clock(seconds: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The seconds to show, `passed_ms` after a snapshot told `visit`. */
export function elapsed(visit: Pick<VisitView, 'elapsed_s' | 'complete'>, passed_ms: number): number {
  return visit.elapsed_s + (visit.complete ? 0 : Math.floor(Math.max(0, passed_ms) / 1000));
}
