/** «1 пользователь, 2 пользователя, 5 пользователей». */

const russian = new Intl.PluralRules('ru');
const english = new Intl.PluralRules('en');

export function ruPlural(count: number, one: string, few: string, many: string): string {
  const form = russian.select(count);
  return `${ruNumber(count)} ${form === 'one' ? one : form === 'few' ? few : many}`;
}

export function enPlural(count: number, one: string, other: string): string {
  return `${enNumber(count)} ${english.select(count) === 'one' ? one : other}`;
}

/** 5000 is `5000`, 12500 is `12 500`: as Russian typography has it. */
export function ruNumber(count: number): string {
  return count < 10_000 ? String(count) : new Intl.NumberFormat('ru').format(count);
}

export function enNumber(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}
