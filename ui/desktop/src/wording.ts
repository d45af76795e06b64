import type { Language, LastAuthorization } from '@buhphone/shared/types/agent';

import type { Messages } from './messages';

/** The forms a language has; Russian: 1 час, 2 часа, 5 часов. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** `count` with the form it takes: `3 часа`. */
export function counted(language: Language, count: number, forms: Forms): string {
  return `${count}\u00a0${forms[new Intl.PluralRules(language).select(count)] ?? forms.other}`;
}

/** How long ago, as a sentence of its own: «3 часа назад», «Только что». */
export function ago(messages: Messages, { ago, today }: Pick<LastAuthorization, 'ago' | 'today'>): string {
  const { home } = messages;
  if (ago.unit === 'just_now') return home.justNow;
  const passed = home.ago(counted(messages.language, ago.count, home.units[ago.unit]));
  return today ? home.todayAt(passed) : passed;
}

/** Russian zones by the eleven times people name; each holds the zones that share its hour. */
const TIMES = {
  kaliningrad: ['Kaliningrad'],
  moscow: ['Moscow', 'Simferopol', 'Kirov', 'Volgograd'],
  samara: ['Samara', 'Astrakhan', 'Saratov', 'Ulyanovsk'],
  yekaterinburg: ['Yekaterinburg'],
  omsk: ['Omsk'],
  krasnoyarsk: ['Krasnoyarsk', 'Novosibirsk', 'Barnaul', 'Tomsk', 'Novokuznetsk'],
  irkutsk: ['Irkutsk'],
  yakutsk: ['Yakutsk', 'Chita', 'Khandyga'],
  vladivostok: ['Vladivostok', 'Ust-Nera'],
  magadan: ['Magadan', 'Sakhalin', 'Srednekolymsk'],
  kamchatka: ['Kamchatka', 'Anadyr'],
} as const;

export type Time = keyof typeof TIMES;

/** «по московскому времени»; a zone outside Russia is named as it is. */
export function inZone(messages: Messages, zone: string): string {
  const city = zone.slice(zone.indexOf('/') + 1);
  const time = (Object.keys(TIMES) as Time[]).find((time) =>
    (TIMES[time] as readonly string[]).includes(city),
  );
  return time ? messages.home.times[time] : messages.home.otherTime(zone);
}

/** Names of companies often bring quotation marks of their own. */
export function quoted(messages: Messages, name: string): string {
  return /["«“„]/.test(name) ? name : messages.quoted(name);
}
