/** Answers of this visit, so that «back» shows its screen at once, where it was scrolled. */

const answers = new Map<string, unknown>();

export function keep(key: string, answer: unknown): void {
  answers.set(key, answer);
}

export function kept(key: string): unknown {
  return answers.get(key);
}

export function forgetKept(): void {
  answers.clear();
  for (const forget of forgetting) forget();
}

const forgetting: (() => void)[] = [];

/** Whatever else of a person this tab holds goes when another signs in. */
export function whenForgotten(forget: () => void): void {
  forgetting.push(forget);
}
