/** Conversations as they are shown: messages in groups, what is new, what may be sent. */
import type {
  ConversationHead,
  Language,
  RequestKind,
  ShownMessage,
  Writer,
} from '@buhphone/shared/types/agent';

/** As the wire has it: longest text of a message, in characters, and of a telephone number. */
export const TEXT_MAX = 100_000;
export const PHONE_MAX = 32;

/** The counter appears when this few characters are left. */
export const TEXT_NEAR = 1_000;

/** A text longer than this is shown folded. */
const FOLDED_CHARACTERS = 1_500;
const FOLDED_LINES = 24;

/** Messages one after another by one writer. */
export interface Run {
  writer: Writer;
  /** The first of the run, which names it. */
  key: string;
  messages: ShownMessage[];
}

export interface Day {
  day: string;
  runs: Run[];
}

/** The messages by days, and within a day by writers. */
export function grouped(messages: ShownMessage[]): Day[] {
  const days: Day[] = [];
  for (const message of messages) {
    let day = days.at(-1);
    if (day?.day !== message.day) days.push((day = { day: message.day, runs: [] }));
    const run = day.runs.at(-1);
    if (run && sameWriter(run.writer, message.writer)) run.messages.push(message);
    else day.runs.push({ writer: message.writer, key: message.message_id, messages: [message] });
  }
  return days;
}

function sameWriter(one: Writer, other: Writer): boolean {
  return nameOf(one) === nameOf(other) && one.kind === other.kind;
}

/** Empty for the user. */
export function nameOf(writer: Writer): string {
  return writer.kind === 'user' ? '' : writer.name;
}

/** `23.11.2026` as «23 ноября», with the year when it is not `year`. */
export function dayTitle(language: Language, day: string, year: number): string {
  const [date, month, ofYear] = day.split('.').map(Number);
  if (!date || !month || !ofYear) return day;
  return new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
    ...(ofYear === year ? {} : { year: 'numeric' }),
  }).format(Date.UTC(ofYear, month - 1, date));
}

/** Counted as the cloud counts: a character outside the basic plane is one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

export function isLong(text: string): boolean {
  return text.length > FOLDED_CHARACTERS || text.split('\n', FOLDED_LINES + 1).length > FOLDED_LINES;
}

/** The beginning of a long text, ending at a whole word or line where there is one near. */
export function folded(text: string): string {
  const lines = text.split('\n', FOLDED_LINES).join('\n');
  const cut = Array.from(lines.slice(0, FOLDED_CHARACTERS + 1))
    .slice(0, -1)
    .join('');
  const space = cut.search(/\s\S{0,40}$/);
  return `${(space > 0 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** The conversation of `kind` that was not there before: the one the person has just begun. */
export function begun(
  conversations: ConversationHead[],
  kind: RequestKind,
  known: ReadonlySet<string>,
): string | undefined {
  return conversations.find((head) => head.request_kind === kind && !known.has(head.request_id))?.request_id;
}

/** The newest message of the other side that was not there before. */
export function arrived(
  before: ShownMessage[] | undefined,
  now: ShownMessage[],
): { message: ShownMessage; own: boolean } | undefined {
  if (!before) return undefined;
  const known = new Set(before.map(({ message_id }) => message_id));
  const fresh = now.filter(({ message_id }) => !known.has(message_id));
  const message = fresh.findLast(({ writer }) => writer.kind !== 'user') ?? fresh.at(-1);
  return message && { message, own: message.writer.kind === 'user' };
}
