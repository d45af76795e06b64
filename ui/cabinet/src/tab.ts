/** What this tab alone keeps of a person's work: it survives a reload and goes with the tab. */

import { whenForgotten } from './kept';

const prefix = 'kept.';

export function readTab(name: string): string {
  try {
    return sessionStorage.getItem(prefix + name) ?? '';
  } catch {
    return '';
  }
}

/** Keeps the text under the name; an empty text is forgotten. */
export function writeTab(name: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(prefix + name);
    else sessionStorage.setItem(prefix + name, text);
  } catch {
    // A browser that keeps nothing loses it with the page, and only then.
  }
}

whenForgotten(() => {
  try {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(prefix)) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept there.
  }
});
