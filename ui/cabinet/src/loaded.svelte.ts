/** What a screen shows of the cloud: the last answer, whether a newer one is awaited, why none came. */

import { keep, kept } from './kept';
import { session } from './session.svelte';

export class Loaded<T> {
  value = $state.raw<T>();
  loading = $state(true);
  failure = $state.raw<unknown>();
  #turn = $state(0);
  // Changed again while an answer is awaited: asked once more after it.
  #stale = false;

  /** `ask` reads what the question depends on and returns the question; nothing to ask is undefined. */
  constructor(ask: () => { key: string; read: (signal: AbortSignal) => Promise<T> } | undefined) {
    $effect(() => {
      void this.#turn;
      void session.turn;
      const question = ask();
      if (!question) {
        this.value = undefined;
        this.loading = false;
        return;
      }
      const { key, read } = question;
      const before = kept(key) as T | undefined;
      if (before !== undefined) this.value = before;
      this.loading = true;
      this.failure = undefined;
      const aborting = new AbortController();
      read(aborting.signal).then(
        (value) => {
          if (aborting.signal.aborted) return;
          keep(key, value);
          this.value = value;
          this.#settle();
        },
        (failure: unknown) => {
          if (aborting.signal.aborted) return;
          this.failure = failure;
          this.#settle();
        },
      );
      return () => aborting.abort();
    });
  }

  #settle(): void {
    this.loading = false;
    if (!this.#stale) return;
    this.#stale = false;
    this.#turn += 1;
  }

  reload = (): void => {
    this.#turn += 1;
  };

  /** As `reload`, but lets the answer on its way come: changes faster than answers would show nothing. */
  refresh = (): void => {
    if (this.loading) this.#stale = true;
    else this.#turn += 1;
  };
}
