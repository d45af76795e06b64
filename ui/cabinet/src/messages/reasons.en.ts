/** Why somebody did not authorize, and what helps, in English. */

import type { ReasonWords } from './reasons.ru';

export const enReasons: ReasonWords = {
  reasons: {
    not_invited: 'No code was issued',
    code_not_used: 'Code issued, not typed in',
    code_lapsed: 'Code expired or withdrawn',
    disconnected: 'Computer disconnected by you',
    removed: 'Program removed',
    archived: 'User is archived',
    connected_later: 'Connected after the period',
    unreachable: 'The cloud was not reached',
    autostart_off: 'Does not start with the computer',
    autostart_off_by_person: 'Start switched off by a person',
    autostart_forbidden: 'Start forbidden by a policy',
    silent: 'Computer is silent',
  },

  remedies: {
    not_invited: {
      what: 'No activation code was issued yet.',
      how: 'Issue a code and help connect the program: it takes less than ten minutes.',
    },
    code_not_used: {
      what: 'A code was issued, but no program is connected with it yet.',
      how: 'Call and help type the code. If it is lost, issue a new one: the old one stops working.',
    },
    code_lapsed: {
      what: 'The last code expired or was withdrawn before it was used.',
      how: 'Issue a new code and agree when the client will type it.',
    },
    disconnected: {
      what: 'Your staff disconnected the computer, and no other is connected.',
      how: 'If the user goes on working, issue a new code.',
    },
    removed: {
      what: 'The program was removed from the computer, and no other is connected.',
      how: 'Call and ask why. To install it again, issue a new code.',
    },
    archived: {
      what: 'The user is archived: their program does not authorize.',
      how: 'If they work again, bring them back from the archive.',
    },
    connected_later: {
      what: 'The program was connected only after this period.',
      how: 'Nothing to do: see the report for a later period.',
    },
    unreachable: {
      what: 'The program was started, but could not reach the cloud.',
      how: 'Call the client and check the connection of their computer.',
    },
    autostart_off: {
      what: 'The program does not start with the computer.',
      how: 'Ask them to open Buhphone and press “Turn on the start”.',
    },
    autostart_off_by_person: {
      what: 'A person switched the start off in the system’s settings.',
      how: 'Explain what Buhphone is for, and ask them to open it and press “Turn on the start”.',
    },
    autostart_forbidden: {
      what: 'The client’s administrator forbids programs to start with the computer.',
      how: 'Ask the client’s administrator to allow Buhphone to start, or to have it started by hand.',
    },
    silent: {
      what: 'Nothing was heard from the program.',
      how: 'Most likely the computer is off, or the program was removed. Call the client.',
    },
  },

  failures: {
    dns: {
      what: 'no internet, or the cloud’s address not found',
      how: 'Check the computer’s internet and DNS settings.',
    },
    connect: { what: 'no connection is made', how: 'Check whether a firewall or an antivirus blocks it.' },
    tls: {
      what: 'the certificate is refused',
      how: 'Check whether an antivirus or a proxy intercepts the connection.',
    },
    clock: {
      what: 'the computer’s clock is wrong',
      how: 'Check the computer’s date and time; its battery may be dead.',
    },
    proxy: {
      what: 'the proxy does not let it through',
      how: 'Ask the client’s administrator to allow the cloud’s address.',
    },
    timeout: { what: 'no answer in time', how: 'Check how fast and steady the client’s internet is.' },
    unavailable: {
      what: 'the cloud did not answer',
      how: 'This usually passes. If it repeats, tell your administrator.',
    },
    refused: { what: 'the cloud refused', how: 'Issue a new code and connect the program again.' },
    keyring: {
      what: 'the keyring is locked',
      how: 'Ask them to sign in to the system with the password and open Buhphone again.',
    },
    key_lost: {
      what: 'the computer’s key is lost',
      how: 'Ask them to press “Connect anew” in Buhphone, then allow it here in the cabinet.',
    },
    day_ended: { what: 'the day ended before the answer', how: 'Check how steady the client’s internet is.' },
    other: { what: 'another cause', how: 'Call the client and have Buhphone opened: it says what is wrong.' },
  },
};
