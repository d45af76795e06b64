/** The visit as the gallery shows it, from the code to the summary. */
import type { ShownMessage, StepState, View, VisitStep, VisitView } from '@buhphone/shared/types/agent';

import type { Place } from '../src/places';
import { anna, emptyTalk, head, message, robot } from './talking';

type Shown = Partial<View> & { opened?: Place };

const ORDER: VisitStep[] = ['connected', 'authorized', 'autostart', 'test_sent', 'confirmed', 'answered'];
const AT_S = [4, 6, 7, 151, 153, 236];

/** As far as `reached` steps are done; the next is `next`. */
export function visitAt(
  reached: number,
  next: StepState = { kind: 'current' },
  rest: Partial<VisitView> = {},
): VisitView {
  return {
    steps: ORDER.map((step, place) => ({
      step,
      state: place < reached ? { kind: 'done' } : place === reached ? next : { kind: 'pending' },
      at_s: place < reached ? AT_S[place]! : null,
    })),
    elapsed_s: (AT_S[reached - 1] ?? 0) + 2,
    complete: reached >= 5,
    open: true,
    request_id: reached >= 4 ? 'trial' : null,
    completed_printed: reached >= 5 ? '23.11.2026 9:04:10' : null,
    ...rest,
  };
}

const confirmation = message(
  robot,
  'Пробное обращение получено, связь работает. Если понадобится помощь, нажмите «Обратиться».',
  '9:03',
);
const greeting = message(anna, 'Вижу вас, Мария Сергеевна! Всё работает, обращайтесь.', '9:05');

function trial(state: ShownMessage['state'], ...answers: ShownMessage[]): View['talk'] {
  const of = head('trial', 'trial', { state: answers.length > 1 ? 'answered' : 'waiting' });
  const messages = [message({ kind: 'user' }, '', '9:03', state), ...answers];
  return { ...emptyTalk, conversations: [of], shown: { head: of, messages, reply: '' } };
}

const activating = (
  step: Extract<View['stage'], { kind: 'activating' }>['step'],
  reached: number,
): Shown => ({
  stage: { kind: 'activating', step },
  connection: { kind: 'unknown' },
  visit: visitAt(reached),
});

const failed = (reached: number, reason: string): Shown => ({
  visit: visitAt(reached, { kind: 'failed', reason }),
});

export const visiting: Record<string, Shown> = {
  visit_key: activating('key', 0),
  visit_bind: activating('bind', 0),
  visit_authorize: activating('authorize', 1),
  visit_autostart: activating('autostart', 2),
  visit_authorize_failed: { ...failed(1, 'connect'), connection: { kind: 'offline', failure: 'connect' } },
  visit_autostart_failed: failed(2, 'off_by_person'),
  visit_autostart_foreign: failed(2, 'foreign'),
  visit_unknown_failure: failed(2, 'newer_than_this_window'),
  visit_trial: { visit: visitAt(3, { kind: 'current' }, { elapsed_s: 148 }) },
  visit_trial_not_saved: { visit: visitAt(3), troubles: [{ kind: 'state_not_saved' }] },
  visit_sending_offline: {
    visit: visitAt(3, { kind: 'current' }, { request_id: 'trial' }),
    talk: trial('saved'),
    connection: { kind: 'offline', failure: 'dns' },
  },
  visit_confirming: { visit: visitAt(4), talk: trial('sent') },
  visit_complete: { visit: visitAt(5), talk: trial('delivered', confirmation) },
  visit_answered: { visit: visitAt(6), talk: trial('read', confirmation, greeting) },
  summary: {
    visit: visitAt(6, undefined, { open: false }),
    talk: trial('read', confirmation, greeting),
    opened: { screen: 'summary' },
  },
  about_visit: { visit: visitAt(6, undefined, { open: false }), opened: { screen: 'about' } },
};
