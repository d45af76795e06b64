import type {
  ActivationError,
  Attended,
  Autostart,
  FailureKind,
  Fix,
  Language,
  LanguageChoice,
  Origin,
  Trigger,
  Trouble,
  Verdict,
} from '@buhphone/shared/types/agent';

import type { SentField } from '../sent';
import type { Forms, Time } from '../wording';
import type { TalkWords, VisitWords } from './talk.shape';

export interface Words {
  title: string;
  text: string;
}

/** Everything the window says. Each language fills all of it; the compiler sees to that. */
export interface Messages {
  language: Language;
  product: string;
  starting: string;
  /** The start waits for the program's data. */
  stuck: Words;
  broken: Words;
  back: string;
  connect: {
    title: string;
    lead: string;
    linkTitle: string;
    linkLead: string;
    againTitle: string;
    againLead: string;
    label: string;
    hint: string;
    cloud: string;
    cloudHint: string;
    submit: string;
    retry: string;
    incomplete(typed: number): string;
    excess: string;
    errors: Record<ActivationError, string>;
  };
  home: {
    title: string;
    last: string;
    never: string;
    neverText: string;
    neverOffline: string;
    justNow: string;
    ago(counted: string): string;
    todayAt(ago: string): string;
    units: Record<'minutes' | 'hours' | 'days', Forms>;
    times: Record<Time, string>;
    otherTime(zone: string): string;
    well: string;
    done: string;
    notYet: string;
    authorizing: string;
    authorizeNow: string;
    online: string;
    offline: string;
    unknown: string;
    troubles(count: number): string;
    partner: string;
    noPhone: string;
    copyPhone: string;
    copied: string;
    selected: string;
    client: string;
    user: string;
    sections: string;
  };
  /** Short, after «Нет связи». */
  reasons: Record<FailureKind, string>;
  /** Why the day has no authorization, and what to do. */
  remedies: Record<FailureKind, string>;
  troubles: Record<Exclude<Trouble['kind'], 'not_authorized' | 'reconnecting' | 'state_set_aside'>, Words> & {
    not_authorized: string;
    state_set_aside(file: string): Words;
  };
  /** A new key waits for the partner. */
  reconnecting: {
    titles: { told(partner: string): string; telling: string; untold: string };
    texts: Record<
      'told' | 'toldOffline' | 'telling' | 'untoldOffline' | 'keyring' | 'clock' | 'refused',
      string
    >;
    /** What is written meanwhile. */
    held: string;
  };
  call(phone: string): string;
  /** A name in the language's quotation marks. */
  quoted(name: string): string;
  actions: Record<'repair' | 'useThisCopy' | 'newCode' | 'reconnect' | 'askAgain' | 'cancel', string>;
  sent: {
    title: string;
    lead: string;
    never: string;
    lastAt: string;
    answered: string;
    unanswered: string;
    fields: Record<SentField, Words>;
    explained: string;
    absent: string;
    origins: Record<Origin, string>;
    triggers: Record<Trigger, string>;
    attended: Record<Attended, string>;
    body: string;
    bodyLead: string;
    signed: string;
  };
  about: {
    title: string;
    version: string;
    cloud: string;
    autostart: string;
    autostarts: Record<Autostart, string>;
    language: string;
    languages: Record<LanguageChoice, string>;
  };
  selfCheck: {
    title: string;
    lead: string;
    running: string;
    again: string;
    save: string;
    saved: string;
    notSaved: string;
    note: string;
    checkedAt(printed: string): string;
    verdicts: Record<Verdict, string>;
    fixes: Record<Fix, string>;
  };
  talk: TalkWords;
  visit: VisitWords;
}
