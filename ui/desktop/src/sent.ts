/** The fields of an authorization's body, each explained to the person under «Что передаётся». */
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

/** The field's value as the body has it; undefined when the body has none or cannot be read. */
export function sentValue(body: string, field: SentField): string | undefined {
  let value: unknown;
  try {
    value = field.split('.').reduce<unknown>(inside, JSON.parse(body));
  } catch {
    return undefined;
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length > 0 ? String(value.length) : undefined;
  return undefined;
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
