/** A conversation as it is shown: by days, with what is still on its way; what of it was read. */

import type { Message, Request, RequestKind, RequestState } from '@buhphone/shared/types/cabinet';
import { printDay } from '../../dates';

/** Longest text of a message the cloud takes, characters. */
export const textMax = 100_000;

/** How far one of ours got. */
export function deliveryOf(message: Message): 'undelivered' | 'delivered' | 'read' {
  if (message.read_at) return 'read';
  return message.delivered_at ? 'delivered' : 'undelivered';
}

/** Messages by the partner's day, in their order. */
export function byDays(messages: Message[], zone: string): { day: string; messages: Message[] }[] {
  const days: { day: string; messages: Message[] }[] = [];
  for (const message of messages) {
    const day = printDay(message.recorded_at, zone);
    const last = days.at(-1);
    if (last?.day === day) last.messages.push(message);
    else days.push({ day, messages: [message] });
  }
  return days;
}

/** One of the user's that nobody has read. */
export const isUnread = (message: Message): boolean => message.author.kind === 'user' && !message.read_at;

/** The last unread one of those seen: what is marked read is all up to it. */
export function readUpTo(messages: Message[], seen: Set<string>): string | undefined {
  return messages.findLast((message) => isUnread(message) && seen.has(message.message_id))?.message_id;
}

/** What stands in the place of an empty text. */
export function emptyText(kind: RequestKind): 'trialText' | 'callbackText' | 'noText' {
  if (kind === 'trial') return 'trialText';
  return kind === 'callback' ? 'callbackText' : 'noText';
}

/** A state worth telling; what we wrote first was no question that could be answered. */
export function toldState({ kind, state }: Request): Exclude<RequestState, 'unknown'> | undefined {
  if (state === 'unknown' || (kind === 'staff' && state === 'answered')) return undefined;
  return state;
}

/** A number to call as a link. */
export const telOf = (phone: string): string => `tel:${phone.replace(/[^\d+]/g, '')}`;
