/** Likely reasons: their words, their way through an address to the card, and what the card itself shows. */

import type { FailureKind, LikelyReason, UserCard } from '@buhphone/shared/types/cabinet';
import { ru, type Words } from '../../messages/ru';

/** As short as a cell of the report. */
export function shortReason(reason: LikelyReason, say: Words): string {
  const short = say.reasons[reason.kind];
  return reason.kind === 'unreachable' && reason.failure
    ? `${short}: ${say.failures[reason.failure].what}`
    : short;
}

/** What is so and what to do, as the card says it. */
export function remedyOf(reason: LikelyReason, say: Words): { what: string; how: string } {
  const remedy = say.remedies[reason.kind];
  if (reason.kind !== 'unreachable' || !reason.failure) return remedy;
  const failure = say.failures[reason.failure];
  return { what: `${remedy.what.replace(/\.$/, '')}: ${failure.what}.`, how: failure.how };
}

/** `unreachable.clock`, `silent`. */
export function writeReason(reason: LikelyReason): string {
  return reason.kind === 'unreachable' && reason.failure ? `${reason.kind}.${reason.failure}` : reason.kind;
}

export function readReason(text: string | null): LikelyReason | undefined {
  const [kind = '', failure = ''] = (text ?? '').split('.');
  if (!Object.hasOwn(ru.reasons, kind)) return undefined;
  if (kind !== 'unreachable') return { kind } as LikelyReason;
  return { kind, failure: Object.hasOwn(ru.failures, failure) ? (failure as FailureKind) : null };
}

/**
 * What stands in the way now. The card's own facts come before the report's reason, which was
 * concluded earlier; silence and failed calls only the report can tell, as only it has a period.
 */
export function presentReason(card: UserCard, reported: LikelyReason | undefined): LikelyReason | undefined {
  if (card.user.archived) return { kind: 'archived' };
  const connected = card.devices.filter((device) => !device.disconnected_at && !device.removed_at);
  if (connected.length === 0) {
    if (card.codes.some((code) => code.state === 'active')) return { kind: 'code_not_used' };
    if (card.devices.some((device) => device.removed_at && !device.disconnected_at))
      return { kind: 'removed' };
    if (card.devices.length > 0) return { kind: 'disconnected' };
    return { kind: card.codes.length > 0 ? 'code_lapsed' : 'not_invited' };
  }
  if (reported && ['unreachable', 'silent', 'connected_later'].includes(reported.kind)) return reported;
  if (connected.some((device) => device.autostart === 'on' || device.autostart === 'unknown'))
    return undefined;
  if (connected.some((device) => device.autostart === 'off_by_person'))
    return { kind: 'autostart_off_by_person' };
  if (connected.some((device) => device.autostart === 'forbidden')) return { kind: 'autostart_forbidden' };
  return { kind: 'autostart_off' };
}
