/** The fields of an authorization's body, each explained to the person under «Что передаётся». */
import type { Messages } from './messages';

export const SENT_FIELDS = [
  'computer.name',
  'computer.system',
  'computer.program',
  'computer.zone',
  'computer.machine',
  'autostart',
  'attended',
  'trigger',
  'launch',
  'launches',
  'launches_dropped',
  'failures',
  'authorization_id',
  'echo',
] as const;

export type SentField = (typeof SENT_FIELDS)[number];

/** The field's value in words where it has words, else as the body has it; undefined when it was not sent. */
export function sentValue(messages: Messages, body: string, field: SentField): string | undefined {
  const value = read(body, field === 'launch' ? 'launch.origin' : field);
  const { origins, triggers, attended } = messages.sent;
  const words: Partial<Record<SentField, Record<string, string>>> = {
    autostart: messages.about.autostarts,
    attended,
    trigger: triggers,
    launch: origins,
  };
  if (typeof value === 'string') return words[field]?.[value] ?? value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return String(value.length);
  return undefined;
}

function read(body: string, path: string): unknown {
  try {
    return path.split('.').reduce<unknown>(inside, JSON.parse(body));
  } catch {
    return undefined;
  }
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
