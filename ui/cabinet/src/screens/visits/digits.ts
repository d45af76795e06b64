/** The digits of a code just issued: shown once, so kept by this tab only, and only while they open something. */

import type { NewCode } from '@buhphone/shared/types/cabinet';
import { readTab, writeTab } from '../../tab';

const place = (code_id: string) => `code ${code_id}`;

export function showCode(made: NewCode): void {
  writeTab(place(made.issued.code_id), JSON.stringify(made));
}

export function shownCode(code_id: string): NewCode | undefined {
  const text = readTab(place(code_id));
  return text === '' ? undefined : (JSON.parse(text) as NewCode);
}

export function forgetCode(code_id: string): void {
  writeTab(place(code_id), '');
}
