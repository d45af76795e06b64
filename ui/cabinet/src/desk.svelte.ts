/** How many requests wait, real and trial apart: for the sections' bar and the page's title. */

import type { RequestCounts } from '@buhphone/shared/types/cabinet';
import { countRequests } from './api/cabinet';
import { whenChanged } from './live.svelte';
import { session } from './session.svelte';

const none: RequestCounts = { waiting: 0, waiting_trial: 0, unread: 0, unread_trial: 0 };
let counts = $state.raw(none);

export const desk = {
  get counts(): RequestCounts {
    return counts;
  },
};

export async function recount(): Promise<void> {
  try {
    counts = await countRequests();
  } catch {
    // The last known stays; the next change asks again.
  }
}

/** To be called in an effect; returns how to stop. */
export function followCounts(): (() => void) | undefined {
  if (!session.current || session.ended) {
    if (!session.current) counts = none;
    return undefined;
  }
  void recount();
  return whenChanged((about) => about.kind === 'request', recount);
}
