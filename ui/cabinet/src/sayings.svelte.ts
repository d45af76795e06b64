/** Short words about what was just done: shown for a moment, and read aloud. */

// Long enough to read a short sentence twice.
const shownFor = 4000;

let saying = $state('');
let heard = $state('');
let timer: ReturnType<typeof setTimeout> | undefined;

export const sayings = {
  get shown(): string {
    return saying;
  },
  /** For screen readers only. */
  get heard(): string {
    return heard;
  },
};

export function tell(sentence: string): void {
  saying = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => (saying = ''), shownFor);
}

/** Read aloud and not shown, as what it tells is seen anyway. */
export function tellAloud(sentence: string): void {
  heard = sentence;
}
