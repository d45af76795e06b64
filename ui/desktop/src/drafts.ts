/** What is typed and not sent, passed on to the agent soon after it is typed: the window may go any moment. */
import type { Field } from '@buhphone/shared/types/agent';

import type { Ask } from './backend';

/** So much of the typing may be lost with the power; more often would keep a disk awake. */
export const PAUSE_MS = 500;

export interface Drafts {
  /** The field holds this now. */
  keep(field: Field, text: string): void;
  /** What it held is being sent, and is no draft any more. */
  drop(field: Field): void;
  /** Passes on at once what waits: the window is being left. */
  flush(): void;
}

export function drafts(ask: Ask): Drafts {
  const waiting = new Map<string, { field: Field; text: string }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    for (const { field, text } of waiting.values()) ask({ kind: 'keep_draft', field, text });
    waiting.clear();
  }

  return {
    keep(field, text) {
      waiting.set(keyOf(field), { field, text });
      timer ??= setTimeout(flush, PAUSE_MS);
    },
    drop(field) {
      waiting.delete(keyOf(field));
    },
    flush,
  };
}

function keyOf(field: Field): string {
  return field.kind === 'reply' ? `reply ${field.request_id}` : field.kind;
}
