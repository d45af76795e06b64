/** Errors and pages of the pretended cloud. */

import type { ErrorCode, Page } from '@buhphone/shared/types/cabinet';

export class Fault {
  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    readonly field?: string,
  ) {}
}

export function page<T>(rows: T[], query: URLSearchParams, page_size = 50): Page<T> {
  const at = Number(query.get('page') ?? 1);
  return { rows: rows.slice((at - 1) * page_size, at * page_size), total: rows.length, page: at, page_size };
}
