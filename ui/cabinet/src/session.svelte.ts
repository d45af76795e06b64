/** Who is signed in. A session that ends in mid-work keeps the screen, so that typed text survives. */

import type { Session } from '@buhphone/shared/types/cabinet';
import { Refused, whenSignedOut } from './api/call';
import * as cloud from './api/cabinet';
import { forgetKept } from './kept';
import { readTab, writeTab } from './tab';

let current = $state.raw<Session>();
let known = $state(false);
let ended = $state(false);
let turn = $state(0);
let failure = $state.raw<unknown>();
// How far the cloud's clock is ahead of this browser's, milliseconds.
let ahead = 0;

function adopt(opened: Session): void {
  // Drafts and messages on their way survive a reload of the tab, and must not become another person's.
  const whose = readTab('staff');
  if (whose !== '' && whose !== opened.staff_id) forgetKept();
  writeTab('staff', opened.staff_id);
  current = opened;
  ahead = Date.parse(opened.now) - Date.now();
}

/** The cloud's time, whatever this browser's clock says. */
export const cloudNow = (): number => Date.now() + ahead;

export const session = {
  /** The last session known; still there while it has to be renewed. */
  get current(): Session | undefined {
    return current;
  },
  /** The cloud was asked and answered. */
  get known(): boolean {
    return known;
  },
  /** Signed in before, not any more: sign in again over the same screen. */
  get ended(): boolean {
    return ended;
  },
  /** Grows with every sign-in; what was loaded is asked again. */
  get turn(): number {
    return turn;
  },
  /** Why the cloud could not be asked. */
  get failure(): unknown {
    return failure;
  },
};

/** Asks the cloud who we are. */
export async function openSession(): Promise<void> {
  failure = undefined;
  try {
    adopt(await cloud.readSession());
    known = true;
  } catch (reason) {
    if (reason instanceof Refused && reason.code === 'signed_out') known = true;
    else failure = reason;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  const opened = await cloud.signIn({ email, password });
  adopt(opened);
  ended = false;
  turn += 1;
}

export async function signOut(): Promise<void> {
  await cloud.signOut();
  current = undefined;
  ended = false;
  forgetKept();
}

/** The partner's date turns while the page stays open: asked when the person comes back to it. */
export async function refreshToday(): Promise<void> {
  if (!current || ended) return;
  try {
    const fresh = await cloud.readSession();
    if (fresh.today !== current.today) adopt(fresh);
  } catch {
    // Told by whatever the person does next.
  }
}

whenSignedOut(() => {
  if (current) ended = true;
});
