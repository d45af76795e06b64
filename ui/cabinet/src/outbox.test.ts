import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreached } from './api/call';
import { arrived, giveUp, hurry, pendingOf, send, sendAgain } from './outbox.svelte';

const sent: { id: string; message_id: string; text: string }[] = [];
let answers: (() => void)[] = [];

vi.mock('./api/cabinet', () => ({
  reply: async (id: string, body: { message_id: string; text: string }) => {
    sent.push({ id, ...body });
    answers.shift()?.();
  },
}));

const unreached = () => {
  throw new Unreached(undefined);
};
const refused = () => {
  throw new Refused('too_large', undefined, undefined, 'too large');
};
const settled = (check: () => void) => vi.waitFor(check, { timeout: 2000, interval: 1 });

beforeEach(() => {
  sent.length = 0;
  answers = [];
});

describe('a message on its way', () => {
  it('is repeated under its id until the cloud has it, those behind it in order', async () => {
    answers = [unreached, unreached];
    send('one', 'first');
    send('one', 'second');
    await settled(() => expect(pendingOf('one')[0]?.late).toBe(true));
    hurry();
    await settled(() => expect(sent.length).toBe(2));
    hurry();
    await settled(() => expect(pendingOf('one').every(({ recorded }) => recorded)).toBe(true));
    expect(sent.map(({ text }) => text)).toEqual(['first', 'first', 'first', 'second']);
    expect(new Set(sent.slice(0, 3).map(({ message_id }) => message_id)).size).toBe(1);

    arrived('one', new Set(sent.map(({ message_id }) => message_id)));
    expect(pendingOf('one')).toEqual([]);
  });

  it('that is refused waits for the person, and keeps its id', async () => {
    answers = [refused];
    send('two', 'long');
    send('two', 'next');
    await settled(() => expect(pendingOf('two')[0]?.refused).toBe('too_large'));
    expect(sent.length).toBe(1);
    answers = [refused];
    sendAgain('two', sent[0]!.message_id);
    await settled(() => expect(pendingOf('two')[0]?.refused).toBe('too_large'));
    expect(sent[1]).toEqual(sent[0]);

    giveUp('two', sent[0]!.message_id);
    await settled(() => expect(sent.at(-1)?.text).toBe('next'));
  });

  it('of one request does not wait for another', async () => {
    answers = [unreached];
    send('three', 'slow');
    send('four', 'quick');
    await settled(() => expect(pendingOf('four')[0]?.recorded).toBe(true));
    expect(pendingOf('three')[0]?.recorded).toBeUndefined();
  });
});
