/**
 * Messages of this tab on their way to the cloud. Each has its id before it is first sent and keeps
 * it however often it is repeated, so it is recorded once; those of one request go in order.
 */

import type { ErrorCode } from '@buhphone/shared/types/cabinet';
import { SvelteMap } from 'svelte/reactivity';
import { v7 } from 'uuid';
import { Refused } from './api/call';
import { reply } from './api/cabinet';
import { whenForgotten } from './kept';
import { readTab, writeTab } from './tab';

export interface Pending {
  message_id: string;
  text: string;
  /** Why the cloud will not take it; undefined while it may. */
  refused?: ErrorCode | undefined;
  /** The cloud has it; the conversation shows it here until it is asked again. */
  recorded?: boolean;
  /** It was tried and the cloud was not reached; it is tried again by itself. */
  late?: boolean;
}

// Between attempts, milliseconds; the last one repeats.
const pauses = [1000, 2000, 4000, 8000];
const place = 'outbox';

function restore(): [string, Pending[]][] {
  try {
    const kept = JSON.parse(readTab(place) || '[]') as [string, Pending[]][];
    return kept.map(([request, messages]) => [request, messages.filter((each) => !each.recorded)]);
  } catch {
    return [];
  }
}

const waiting = new SvelteMap<string, Pending[]>(restore());
const sending = new Set<string>();
const asleep = new Set<() => void>();

function put(request: string, messages: Pending[]): void {
  if (messages.length === 0) waiting.delete(request);
  else waiting.set(request, messages);
  writeTab(place, waiting.size === 0 ? '' : JSON.stringify([...waiting]));
}

export const pendingOf = (request: string): Pending[] => waiting.get(request) ?? [];

/** Takes the text; it is on its way and kept by this tab when this returns. */
export function send(request: string, text: string): void {
  put(request, [...pendingOf(request), { message_id: v7(), text }]);
  void drain(request);
}

/** Tries a refused message once more, under the same id. */
export function sendAgain(request: string, message_id: string): void {
  change(request, message_id, { refused: undefined });
  void drain(request);
}

export function giveUp(request: string, message_id: string): void {
  put(
    request,
    pendingOf(request).filter((each) => each.message_id !== message_id),
  );
  void drain(request);
}

/** What the cloud shows already is no longer on its way. */
export function arrived(request: string, ids: Set<string>): void {
  const left = pendingOf(request).filter((each) => !ids.has(each.message_id));
  if (left.length < pendingOf(request).length) put(request, left);
}

function change(request: string, message_id: string, changes: Partial<Pending>): void {
  put(
    request,
    pendingOf(request).map((each) => (each.message_id === message_id ? { ...each, ...changes } : each)),
  );
}

/** The network is back, or somebody signed in again: nothing waits for its turn. */
export function hurry(): void {
  for (const go of [...asleep]) go();
  for (const request of waiting.keys()) void drain(request);
}

const recorded = new Set<(request: string) => void>();

/** Tells when a message was recorded, with its request. Returns how to stop. */
export function whenRecorded(listener: (request: string) => void): () => void {
  recorded.add(listener);
  return () => recorded.delete(listener);
}

async function drain(request: string): Promise<void> {
  if (sending.has(request)) return;
  sending.add(request);
  try {
    for (let attempt = 0; ;) {
      // One that is refused stops those behind it: they may speak of it.
      const next = pendingOf(request).find((each) => !each.recorded);
      if (!next || next.refused) return;
      try {
        await reply(request, { message_id: next.message_id, text: next.text });
        change(request, next.message_id, { recorded: true, late: false });
        attempt = 0;
        for (const listener of [...recorded]) listener(request);
      } catch (failure) {
        if (isFinal(failure)) {
          change(request, next.message_id, { refused: failure.code, late: false });
          return;
        }
        if (!next.late) change(request, next.message_id, { late: true });
        const pause = pauses[Math.min(attempt++, pauses.length - 1)];
        await new Promise<void>((resolve) => {
          const go = () => {
            clearTimeout(timer);
            asleep.delete(go);
            resolve();
          };
          const timer = setTimeout(go, pause);
          asleep.add(go);
        });
      }
    }
  } finally {
    sending.delete(request);
  }
}

/** Repeating would change nothing, unlike no network, a busy cloud or a session that is over. */
function isFinal(failure: unknown): failure is Refused {
  return failure instanceof Refused && !['unavailable', 'slow_down', 'signed_out'].includes(failure.code);
}

whenForgotten(() => {
  waiting.clear();
});
