/** How far a user's newest code got, by the cloud's clock: the furthest step that still holds. */

import type { CodeFilter, UserCode } from '@buhphone/shared/types/cabinet';

export const progresses = [
  'none',
  'issued',
  'sending',
  'sent',
  'undelivered',
  'opened',
  'used',
  'expired',
  'revoked',
] as const;
export type Progress = (typeof progresses)[number];

export const codeFilters: readonly CodeFilter[] = [
  'needed',
  'never',
  'active',
  'undelivered',
  'used',
  'expired',
  'revoked',
];

export function progressOf(code: UserCode | null, now: number): Progress {
  if (!code) return 'none';
  if (code.used_at) return 'used';
  if (code.revoked_at) return 'revoked';
  if (Date.parse(code.expires_at) <= now) return 'expired';
  if (code.story.opened_at) return 'opened';
  switch (code.story.letter?.state) {
    case 'waiting':
      return 'sending';
    case 'sent':
      return 'sent';
    case 'failed':
      return 'undelivered';
    default:
      return 'issued';
  }
}

/** The filter an address names; nothing for all. */
export function readCodeFilter(text: string | null): CodeFilter | undefined {
  return codeFilters.find((filter) => filter === text);
}
