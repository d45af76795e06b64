import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { sampleBody } from '../gallery/sample';
import { messages } from './messages';
import { SENT_FIELDS, type SentField, sentValue } from './sent';

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

  it('is shown with the values of the last message, in words where there are words', () => {
    const of = (field: SentField) => sentValue(messages.ru, sampleBody, field);
    expect(of('computer.system')).toBe('Windows 11 23H2');
    expect(of('launches_dropped')).toBe('0');
    expect(of('failures')).toBe('1');
    expect([of('autostart'), of('attended'), of('launch')]).toEqual(['Включён', 'да', 'система при входе']);
  });

  it('shows as it stands a value that has no words yet', () => {
    expect(sentValue(messages.ru, '{"trigger":"moonrise"}', 'trigger')).toBe('moonrise');
  });

  it('has no value for a field that was not sent, nor in a text that is no JSON', () => {
    expect(sentValue(messages.ru, '{"computer":{}}', 'computer.machine')).toBeUndefined();
    expect(sentValue(messages.ru, '{"echo":null}', 'echo')).toBeUndefined();
    expect(sentValue(messages.ru, 'not json', 'trigger')).toBeUndefined();
  });
});
