/** ИНН by its control digits, as the cloud checks it: ten digits for a company, twelve for a person. */

export type InnFault = 'not_digits' | 'length' | 'mistyped';

function control(digits: number[], weights: number[]): number {
  return (weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0) % 11) % 10;
}

/** What is wrong with the text; nothing for an empty one, which means that there is no ИНН. */
export function innFault(text: string): InnFault | undefined {
  const given = text.trim();
  if (given === '') return undefined;
  if (!/^\d+$/.test(given)) return 'not_digits';
  const digits = [...given].map(Number);
  let holds: boolean;
  if (digits.length === 10) {
    holds = control(digits, [2, 4, 10, 3, 5, 9, 4, 6, 8]) === digits[9];
  } else if (digits.length === 12) {
    holds =
      control(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === digits[10] &&
      control(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === digits[11];
  } else {
    return 'length';
  }
  // All zeros pass the arithmetic but are nobody's number.
  return holds && digits.some((digit) => digit !== 0) ? undefined : 'mistyped';
}
