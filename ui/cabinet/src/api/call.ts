/** One call of the cloud: JSON both ways, and only two ways to fail. */

import type { ErrorCode, WireError } from '@buhphone/shared/types/cabinet';

export const prefix = '/api/cabinet/v1';

/** The cloud answered with an error. */
export class Refused extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly field: string | undefined,
    /** Seconds until it may be tried again, if the cloud said. */
    readonly retryAfter: number | undefined,
    message: string,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** No answer of the cloud. */
export class Unreached extends Error {
  constructor(cause: unknown) {
    super('the cloud was not reached', { cause });
    this.name = 'Unreached';
  }
}

let onSignedOut: () => void = () => {};

/** Who is told when the cloud says that the session is over. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** Another door of the cloud than the cabinet's. */
  root?: string;
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const text = await (await answered(method, path, options)).text().catch(unreached);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Saves what is answered as a file. */
export async function download(
  method: string,
  path: string,
  name: string,
  options: Options = {},
): Promise<void> {
  const answer = await answered(method, path, options);
  const file = URL.createObjectURL(await answer.blob().catch(unreached));
  const link = document.createElement('a');
  link.href = file;
  link.download = name;
  link.target = '_self';
  link.click();
  // The browser has taken it once the click is over.
  setTimeout(() => URL.revokeObjectURL(file), 60_000);
}

function unreached(cause: unknown): never {
  throw new Unreached(cause);
}

/** The answer, if it is no error. */
async function answered(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-buhphone'] = '1';
  if (options.body !== undefined) headers['content-type'] = 'application/json';

  let answer: Response;
  try {
    answer = await fetch((options.root ?? prefix) + path + queryText(options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Unreached(cause);
  }
  if (answer.ok) return answer;

  const refused = readError(answer, await answer.text().catch(unreached));
  if (refused.code === 'signed_out') onSignedOut();
  throw refused;
}

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

function readError(answer: Response, text: string): Refused {
  const retryAfter = Number(answer.headers.get('retry-after')) || undefined;
  try {
    const { code, field, message } = JSON.parse(text) as WireError;
    return new Refused(code, field, retryAfter, message);
  } catch {
    // Something between us and the cloud answered in its place.
    return new Refused(
      answer.status >= 500 ? 'unavailable' : 'unknown',
      undefined,
      retryAfter,
      `HTTP ${answer.status}`,
    );
  }
}
