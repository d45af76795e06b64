/** Instants printed as 1С prints them, in the partner's zone; civil dates of the wire as text. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: 'numeric',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return format;
}

function partsOf(instant: string, zone: string): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(new Date(instant))) parts[type] = value;
  return parts;
}

/** `03.09.2013 4:03:05`: the hour has no leading zero. */
export function printInstant(instant: string, zone: string): string {
  const { day, month, year, hour, minute, second } = partsOf(instant, zone);
  return `${day}.${month}.${year} ${Number(hour)}:${minute}:${second}`;
}

/** The day of an instant: `03.09.2013`. */
export function printDay(instant: string, zone: string): string {
  const { day, month, year } = partsOf(instant, zone);
  return `${day}.${month}.${year}`;
}

/** The time of an instant: `9:05`. */
export function printTime(instant: string, zone: string): string {
  const { hour, minute } = partsOf(instant, zone);
  return `${Number(hour)}:${minute}`;
}

/** The day and the time without its seconds: `23.11.2026 9:05`. */
export function printMinute(instant: string, zone: string): string {
  return `${printDay(instant, zone)} ${printTime(instant, zone)}`;
}

/** A duration as minutes and seconds: `1:07`; hours come first when there are any. */
export function printDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `2026-11-23` as `23.11.2026`; a year alone stays as it is. */
export function printCivil(civil: string): string {
  const [year, month, day] = civil.split('-');
  return day ? `${day}.${month}.${year}` : civil;
}

/** Whether the text is what the wire takes for the end of an ИТС contract. Empty is: there is none. */
export function isItsUntil(text: string): boolean {
  const given = text.trim();
  if (given === '') return true;
  if (/^\d{4}$/.test(given)) return inYears(Number(given));
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(given);
  const dashed = /^(\d{4})-(\d{2})-(\d{2})$/.exec(given);
  const [year, month, day] = dotted
    ? [Number(dotted[3]), Number(dotted[2]), Number(dotted[1])]
    : dashed
      ? [Number(dashed[1]), Number(dashed[2]), Number(dashed[3])]
      : [0, 0, 0];
  const date = new Date(Date.UTC(year, month - 1, day));
  return inYears(year) && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The cloud takes these years only: two digits too many is the commonest slip. */
function inYears(year: number): boolean {
  return year >= 1990 && year <= 2099;
}
