/** Codes just issued to many: their digits are kept by this tab only, until a person says that they are done. */

import type { IssuedCodes } from '@buhphone/shared/types/cabinet';
import { readTab, writeTab } from '../../tab';

const place = 'codes';

export interface Batch extends IssuedCodes {
  /** Their letters were put in the post. */
  mailed: boolean;
}

export function keepBatch(batch: Batch): void {
  writeTab(place, JSON.stringify(batch));
}

export function keptBatch(): Batch | undefined {
  const text = readTab(place);
  return text === '' ? undefined : (JSON.parse(text) as Batch);
}

export function forgetBatch(): void {
  writeTab(place, '');
}
