/** What went wrong, in the person's words: a sentence for the whole, a sentence for a field. */

import { Refused, Unreached } from './api/call';
import { words } from './language.svelte';

/** Why a call failed, as one sentence with what to do. */
export function sentenceOf(failure: unknown): string {
  const say = words().failure;
  if (failure instanceof Unreached) return say.unreached;
  if (!(failure instanceof Refused)) return say.other;
  switch (failure.code) {
    case 'unavailable':
      return say.unavailable;
    case 'slow_down':
      return failure.retryAfter ? say.slowDown(failure.retryAfter) : say.slowDownUnknown;
    case 'wrong_password':
      return say.wrongPassword;
    case 'signed_out':
      return say.signedOut;
    case 'not_found':
      return say.notFound;
    case 'too_large':
      return say.tooLarge;
    default:
      return say.other;
  }
}

/** The sentence to show at the field the cloud found at fault; nothing if the fault is of no field. */
export function fieldFault(failure: unknown): { field: string; sentence: string } | undefined {
  if (!(failure instanceof Refused) || !failure.field) return undefined;
  return { field: failure.field, sentence: sentenceOfField(failure.field, failure.code === 'conflict') };
}

function sentenceOfField(field: string, conflict: boolean): string {
  const say = words().failure.fields;
  switch (field) {
    case 'inn':
      return conflict ? say.inn.conflict : say.inn.mistyped;
    case 'its_until':
      return say.its_until;
    case 'email':
      return say.email;
    case 'phone':
      return say.phone;
    case 'category_id':
      return say.category;
    case 'category':
      return conflict ? say.categoryConflict : say.invalid;
    default:
      return say.invalid;
  }
}

/** A required text within a limit of characters, checked before it is sent. */
export function textFault(text: string, limit: number, required: boolean): string | undefined {
  const say = words().failure.fields;
  const given = text.trim();
  if (required && given === '') return say.required;
  return [...given].length > limit ? say.tooLong(limit) : undefined;
}
