/**
 * The partner's changes as they happen. Every change only names what to ask again, so a lost one
 * costs a moment: after any interruption all that is on the screen is asked anew.
 */

import type { LiveAbout, LiveEvent } from '@buhphone/shared/types/cabinet';
import { livePath } from './api/cabinet';
import { refreshToday, session } from './session.svelte';
import { ring } from './sound.svelte';

// A stream that cannot be opened is tried again after so long, milliseconds; the last one repeats.
const pauses = [1000, 2000, 5000, 10_000];
// Shorter hiccups are mended before a person could act on being told of them.
const toldAfter = 3000;
// A page hidden for longer may hold a stream that died without a word, as phones do.
const hiddenFor = 30_000;
// Changes that come together are asked for once.
const together = 120;

let lost = $state(false);

export const live = {
  /** There has been no connection for a while: what is shown may be old. */
  get lost(): boolean {
    return lost;
  },
};

/** Somebody has just begun to wait for us. */
const calls = (about: LiveAbout): boolean =>
  (about.kind === 'request' && about.from_user) || (about.kind === 'reconnection' && about.asked);

type Listener = (about: LiveAbout) => void;
const listeners = new Set<Listener>();

/**
 * Calls `again` when something it concerns changed, and once for a whole burst of changes.
 * After an interruption it is called too. Returns how to stop.
 */
export function whenChanged(concerns: (about: LiveAbout) => boolean, again: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listener: Listener = (about) => {
    if (timer !== undefined || !(about.kind === 'hello' || concerns(about))) return;
    timer = setTimeout(() => {
      timer = undefined;
      again();
    }, together);
  };
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    clearTimeout(timer);
  };
}

/** Keeps the stream open while somebody is signed in. To be called in an effect; returns how to stop. */
export function followLive(): (() => void) | undefined {
  if (!session.current || session.ended) return undefined;
  let source: EventSource | undefined;
  // What changed between an answer and the stream's first word is told by the stream.
  let after = String(session.current.last_change);
  let attempts = 0;
  let greeted = false;
  let hiddenAt: number | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let telling: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    clearTimeout(opening);
    source?.close();
    source = new EventSource(livePath(after));
    source.onmessage = (message: MessageEvent<string>) => {
      if (message.lastEventId) after = message.lastEventId;
      const { seq, about } = JSON.parse(message.data) as LiveEvent;
      if (about.kind === 'hello') {
        well();
        // The first one comes to a page that asked for everything since its session's answer.
        if (!greeted) {
          greeted = true;
          return;
        }
      } else if (calls(about)) ring(seq);
      for (const listener of [...listeners]) listener(about);
    };
    source.onerror = () => {
      telling ??= setTimeout(() => (lost = true), toldAfter);
      if (source?.readyState !== EventSource.CLOSED) return;
      // The browser has given up: perhaps the session is over, which this asks.
      void refreshToday();
      opening = setTimeout(open, pauses[Math.min(attempts++, pauses.length - 1)]);
    };
  };
  const well = () => {
    clearTimeout(telling);
    telling = undefined;
    attempts = 0;
    lost = false;
  };
  const onOffline = () => (lost = true);
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now();
    else if (hiddenAt !== undefined && Date.now() - hiddenAt > hiddenFor) open();
  };
  // A page left behind may be kept by the browser with its stream, and browsers share few connections.
  const onHide = () => source?.close();
  const onShow = (event: PageTransitionEvent) => event.persisted && open();

  open();
  window.addEventListener('pagehide', onHide);
  window.addEventListener('pageshow', onShow);
  window.addEventListener('online', open);
  window.addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    clearTimeout(opening);
    clearTimeout(telling);
    lost = false;
    source?.close();
    window.removeEventListener('pagehide', onHide);
    window.removeEventListener('pageshow', onShow);
    window.removeEventListener('online', open);
    window.removeEventListener('offline', onOffline);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
