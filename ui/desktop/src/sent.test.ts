import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { sampleBody } from '../gallery/sample';
import { SENT_FIELDS, sentValue } from './sent';

/** The fields of a struct as the wire's source declares them. */
function declared(file: string, struct: string): string[] {
  const source = readFileSync(new URL(`../../../protocol/src/${file}`, import.meta.url), 'utf8');
  const body = source.slice(source.indexOf(`pub struct ${struct} {`)).split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {4}pub (\w+):/gm)].map(([, name]) => name as string);
}

describe('what is sent', () => {
  it('is explained field by field, and nothing is left out', () => {
    const computer = declared('telemetry.rs', 'Computer').map((field) => `computer.${field}`);
    const all = declared('authorization.rs', 'AuthorizeRequest').flatMap((field) =>
      field === 'computer' ? computer : [field],
    );
    expect(all.toSorted()).toEqual([...SENT_FIELDS].toSorted());
  });

  it('is shown with the values of the last message', () => {
    expect(sentValue(sampleBody, 'computer.system')).toBe('Windows 11 23H2');
    expect(sentValue(sampleBody, 'launches_dropped')).toBe('0');
    expect(sentValue(sampleBody, 'failures')).toBe('1');
  });

  it('has no value for a field that was not sent, nor in a text that is no JSON', () => {
    expect(sentValue('{"computer":{}}', 'computer.machine')).toBeUndefined();
    expect(sentValue('{"echo":null}', 'echo')).toBeUndefined();
    expect(sentValue('not json', 'trigger')).toBeUndefined();
  });
});
