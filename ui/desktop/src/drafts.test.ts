import type { Command } from '@buhphone/shared/types/agent';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { drafts, PAUSE_MS } from './drafts';

const question = { kind: 'question' } as const;
const reply = { kind: 'reply', request_id: 'one' } as const;

let asked: Command[];
beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('what is typed in one go is passed on once, as it was last', () => {
  const typed = drafts((command) => asked.push(command));
  typed.keep(question, 'Не');
  vi.advanceTimersByTime(PAUSE_MS - 1);
  typed.keep(question, 'Не открывается');
  typed.keep(reply, 'Да');
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(asked).toEqual([
    { kind: 'keep_draft', field: question, text: 'Не открывается' },
    { kind: 'keep_draft', field: reply, text: 'Да' },
  ]);
});

test('somebody who types without a pause is not waited for', () => {
  const typed = drafts((command) => asked.push(command));
  for (let at = 0; at < 4 * PAUSE_MS; at += 100) {
    typed.keep(question, `${at}`);
    vi.advanceTimersByTime(100);
  }
  expect(asked.length).toBe(4);
});

test('what is sent meanwhile does not come back as a draft', () => {
  const typed = drafts((command) => asked.push(command));
  typed.keep(question, 'Не открывается');
  typed.drop(question);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(asked).toEqual([]);
});

test('a window that is left passes on what waits, once', () => {
  const typed = drafts((command) => asked.push(command));
  typed.keep(reply, 'Да');
  typed.flush();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(asked).toEqual([{ kind: 'keep_draft', field: reply, text: 'Да' }]);
});
