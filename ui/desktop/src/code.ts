/** Digits of an activation code, and of one of its groups. */
export const CODE_DIGITS = 12;
const GROUP = 4;

/** The digits of whatever was typed or pasted: a code in any grouping, or the link that carries one. */
export function digitsOf(text: string): string {
  const fromLink = /[?&]code=([^&#\s]+)/i.exec(text)?.[1];
  return (fromLink ?? text).replace(/\D/g, '');
}

/** `48210937` as `4821 0937`: groups separated by a space, the way the field shows them. */
export function grouped(digits: string): string {
  return digits.replace(new RegExp(`(\\d{${GROUP}})(?=\\d)`, 'g'), '$1 ');
}

/** What the field shows after an edit, and where its caret goes. */
export interface Edited {
  text: string;
  caret: number;
  /** Digits beyond twelve, which were not taken. */
  excess: number;
}

/** Regroups the field's `raw` text, keeping the caret after the same digit. */
export function edit(raw: string, caret: number): Edited {
  const all = digitsOf(raw);
  const digits = all.slice(0, CODE_DIGITS);
  const pasted = digitsOf(raw.slice(0, caret));
  const before = all.startsWith(pasted) ? Math.min(pasted.length, digits.length) : digits.length;
  return { text: grouped(digits), caret: caretAfter(digits, before), excess: all.length - digits.length };
}

/** Backspace right after a group's space removes the digit before it, not the space alone. */
export function backspaceOverSpace(text: string, caret: number): Edited | undefined {
  if (caret < 2 || text[caret - 1] !== ' ') return undefined;
  return edit(text.slice(0, caret - 2) + text.slice(caret), caret - 2);
}

function caretAfter(digits: string, count: number): number {
  const shown = grouped(digits.slice(0, count)).length;
  // After a full group with more to come the caret stands beyond the space, ready for the next digit.
  return count > 0 && count % GROUP === 0 && count < digits.length ? shown + 1 : shown;
}
