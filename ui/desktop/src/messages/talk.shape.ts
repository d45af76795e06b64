import type { MessageState, RequestKind } from '@buhphone/shared/types/agent';

import type { VisitName } from '../visit';

/** What is said of requests and conversations. */
export interface TalkWords {
  ask: string;
  callMe: string;
  trial: string;
  /** The group of the three ways to begin. */
  begin: string;
  list: string;
  none: string;
  noneText: string;
  unread(count: number): string;
  waitingToSend(count: number): string;
  newOnes(count: number): string;
  kinds: Record<RequestKind, string>;
  states: { waiting: string; answered: string; closed: string };
  noText: Record<RequestKind, string>;
  line: {
    title: string;
    openNow: string;
    closedNow: string;
    opens(when: string): string;
    hours: string;
    promised(when: string): string;
  };
  asking: {
    lead: string;
    label: string;
    placeholder: string;
    send: string;
    keys: string;
    empty: string;
    left(count: number): string;
    over(count: number): string;
    saving: string;
    notSaved: string;
    offline: string;
    closed: string;
  };
  calling: {
    lead: string;
    label: string;
    hint: string;
    empty: string;
    submit: string;
  };
  conversation: {
    messages: string;
    you: string;
    automatic: string;
    toNew: string;
    toEnd: string;
    whole: string;
    label: string;
    placeholder: string;
    send: string;
    closed: string;
    callTo(phone: string): string;
    said(name: string, text: string): string;
    states: Record<MessageState, string>;
    stateHints: Record<MessageState, string>;
    loading: string;
  };
}

/** What is said during the visit, and of it later. */
export interface VisitWords {
  title: string;
  titles: { connecting: string; going: string; complete: string };
  leads: { connecting: string; trial: string; sending: string; offline: string; confirming: string };
  elapsed: string;
  doing: Record<'key' | 'bind', string>;
  pending: Record<VisitName, string>;
  current: Record<VisitName, string>;
  done: Record<VisitName, string>;
  marks: { pending: string; current: string; done: string; failed: string };
  failed: Record<VisitName, string>;
  failures: Record<string, string>;
  otherFailure: string;
  repeat: string;
  trial: string;
  trialHint: string;
  confirmed: string;
  took(time: string): string;
  completedAt(printed: string): string;
  answerAwaited: string;
  open: string;
  finish: string;
  later: string;
  computer: string;
}
