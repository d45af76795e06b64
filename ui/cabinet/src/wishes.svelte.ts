/** Computers that ask to be connected anew. Every screen knows of them: somebody waits at each. */

import type { ReconnectionRow } from '@buhphone/shared/types/cabinet';
import { listReconnections } from './api/cabinet';
import { whenChanged } from './live.svelte';
import { session } from './session.svelte';

let rows = $state.raw<ReconnectionRow[]>();
let failure = $state.raw<unknown>();
let asked = 0;

export const wishes = {
  /** Those that wait, oldest first; undefined until the cloud has answered once. */
  get rows(): ReconnectionRow[] | undefined {
    return rows;
  },
  get count(): number {
    return rows?.length ?? 0;
  },
  /** Why the last question was not answered; what was known before stays. */
  get failure(): unknown {
    return failure;
  },
  of(user: string): ReconnectionRow[] {
    return rows?.filter((row) => row.user_id === user) ?? [];
  },
};

export async function refreshWishes(): Promise<void> {
  const turn = ++asked;
  try {
    const fresh = await listReconnections();
    if (turn !== asked) return;
    rows = fresh;
    failure = undefined;
  } catch (reason) {
    if (turn === asked) failure = reason;
  }
}

/** To be called in an effect; returns how to stop. */
export function followWishes(): (() => void) | undefined {
  if (!session.current || session.ended) {
    if (!session.current) rows = undefined;
    return undefined;
  }
  void refreshWishes();
  return whenChanged((about) => about.kind === 'reconnection', refreshWishes);
}
