import type { Messages } from './shape';
import { talk, visit } from './talk.en';

export const en: Messages = {
  language: 'en',
  product: 'Buhphone',
  starting: 'Starting…',
  stuck: {
    title: 'The program’s data cannot be opened',
    text: 'The disk may be full or not writable. Free some space: the program will open its data by itself, there is no need to connect again.',
  },
  broken: {
    title: 'This window has lost the program',
    text: 'Close the window and open it again. If that does not help, restart the computer.',
  },
  back: 'Back',
  connect: {
    title: 'Connect',
    lead: 'Enter your connection code. You get it from your partner, the company that serves you.',
    linkTitle: 'Connect this computer?',
    linkLead: 'The code came from a link. Connect only if your partner gave you that link.',
    againTitle: 'New code',
    againLead: 'Enter the new code your partner gave you. The computer will be connected again.',
    label: 'Connection code',
    hint: '12 digits; you can paste the whole code',
    cloud: 'Cloud address from the link',
    cloudHint: 'The program will connect to this address. If you do not know it, ask your partner.',
    submit: 'Connect',
    retry: 'Try now',
    incomplete: (typed) =>
      typed === 0
        ? 'Enter the code: it has 12 digits.'
        : `The code has 12 digits, you entered ${typed}. Add the rest.`,
    excess: 'The code has 12 digits; the extra ones were left out. Check the code.',
    errors: {
      code_incomplete: 'The code is not complete: it has 12 digits.',
      code_mistyped:
        'The code is mistyped: one digit is wrong, or two neighbours are swapped. Check and correct it.',
      code_unknown: 'There is no such code. Compare it with the one your partner gave you.',
      code_used: 'This code has already been used on another computer. Ask your partner for a new one.',
      code_expired: 'This code has expired. Ask your partner for a new one.',
      code_revoked: 'Your partner withdrew this code. Ask for a new one.',
      slow_down:
        'There were too many attempts from your network. Wait a little: the program will try again by itself, you need not enter the code again.',
      offline:
        'The cloud cannot be reached. Check your internet connection. The code is kept: the program will connect by itself as soon as it can.',
      unavailable:
        'The cloud is temporarily down. The code is kept: the program will try again by itself, you need not enter it again.',
      proxy:
        'A proxy server or a network sign-in page does not let the program through. Open any site in a browser: if the network asks you to sign in, do so. If that does not help, show this message to your system administrator. The code is kept.',
      tls: 'A secure connection to the cloud could not be made. An antivirus or a network filter may be interfering: show this message to your system administrator. The code is kept.',
      clock:
        'The date or time of this computer seems to be wrong. Correct it in the system settings: the code is kept, the program will connect by itself.',
      keyring:
        'The system’s password storage is not available, and this computer’s key is kept in it. If the system asks for a password, enter the one you sign in with; if it does not, sign out and in again. The code is kept: there is no need to enter it again.',
      refused: 'The cloud did not allow the connection. Call your partner.',
      bad_server:
        'The cloud address does not fit: it has to begin with https://. Check what was given to the installer.',
      bad_link: 'The link does not fit: perhaps it was not copied in full. Enter the code by hand.',
    },
  },
  home: {
    title: 'Status',
    last: 'Last authorization:',
    never: 'Not authorized yet',
    neverText: 'The program will authorize by itself, there is nothing to do.',
    neverOffline: 'The program will authorize by itself as soon as it is online.',
    justNow: 'Just now',
    ago: (counted) => `${counted} ago`,
    todayAt: (ago) => `Today, ${ago}`,
    units: {
      minutes: { one: 'minute', other: 'minutes' },
      hours: { one: 'hour', other: 'hours' },
      days: { one: 'day', other: 'days' },
    },
    times: {
      kaliningrad: 'Kaliningrad time',
      moscow: 'Moscow time',
      samara: 'Samara time',
      yekaterinburg: 'Yekaterinburg time',
      omsk: 'Omsk time',
      krasnoyarsk: 'Krasnoyarsk time',
      irkutsk: 'Irkutsk time',
      yakutsk: 'Yakutsk time',
      vladivostok: 'Vladivostok time',
      magadan: 'Magadan time',
      kamchatka: 'Kamchatka time',
    },
    otherTime: (zone) => `${zone} time`,
    well: 'All is well, there is nothing to do.',
    done: 'Authorized today.',
    notYet: 'Not authorized yet today. The program will do it by itself.',
    authorizing: 'Authorizing…',
    authorizeNow: 'Authorize now',
    online: 'Online',
    offline: 'Offline',
    unknown: 'Checking the connection',
    troubles: (count) => (count === 1 ? 'Needs attention' : `Need attention: ${count}`),
    partner: 'Your partner',
    noPhone: 'No phone number given',
    copyPhone: 'Copy the phone number',
    copied: 'Copied',
    selected: 'Number selected, press Ctrl+C',
    client: 'Organisation',
    user: 'User',
    sections: 'Sections',
  },
  reasons: {
    dns: 'no internet',
    connect: 'the cloud cannot be reached',
    tls: 'no secure connection',
    clock: 'this computer’s time is wrong',
    proxy: 'blocked by a proxy server or the network',
    timeout: 'the cloud does not answer',
    unavailable: 'the cloud is temporarily down',
    refused: 'the cloud refused',
    keyring: 'the password storage is not available',
    key_lost: 'this computer’s key is missing',
    day_ended: 'no answer came before the day ended',
    other: 'the reason is unknown',
  },
  remedies: {
    dns: 'There is no internet. Check the connection: the program will authorize by itself as soon as it is back.',
    connect:
      'The cloud could not be reached. The program will try again by itself. If the internet works, an antivirus or a firewall may be blocking the connection: show this message to your system administrator.',
    tls: 'A secure connection could not be made. An antivirus or a network filter may be interfering: show this message to your system administrator.',
    clock: 'The date or time of this computer is wrong. Correct it in the system settings.',
    proxy:
      'A proxy server or a network sign-in page does not let the program through. Open any site in a browser: if the network asks you to sign in, do so. If that does not help, show this message to your system administrator.',
    timeout:
      'The cloud’s answer did not arrive. The internet may be slow or unsteady. The program will try again by itself.',
    unavailable: 'The cloud is temporarily down. The program will try again by itself, you need do nothing.',
    refused: 'The cloud refused the authorization. Call your partner.',
    keyring:
      'The system’s password storage is not available. If the system asks for a password, enter the one you sign in with; if it does not, sign out and in again.',
    key_lost: 'This computer’s key is not in the password storage. Ask your partner for a new code.',
    day_ended: 'Yesterday’s attempt was not answered. The program will try again by itself.',
    other:
      'The reason could not be told. The program will try again by itself; if that fails, call your partner.',
  },
  troubles: {
    disconnected: {
      title: 'This computer is disconnected',
      text: 'Your partner disconnected this computer. To connect it again, ask for a new code.',
    },
    user_archived: {
      title: 'You are not on the list of users',
      text: 'Your partner moved you to the archive, so authorization fails. If this is a mistake, call them.',
    },
    key_lost: {
      title: 'This computer’s key is lost',
      text: 'This happens when the system is reinstalled or a password is reset. Your partner can confirm this computer or give you a new code.',
    },
    reconnection_refused: {
      title: 'Your partner did not confirm the connection',
      text: 'Call your partner. They will give you a new code, or confirm the connection if you ask again.',
    },
    keyring_locked: {
      title: 'The password storage is not available',
      text: 'It holds this computer’s key. If the system asks for a password, enter the one you sign in with; if it does not, sign out and in again. The program then goes on by itself.',
    },
    not_authorized: 'Not authorized today',
    clock_wrong: {
      title: 'Check the date and time',
      text: 'This computer’s clock seems to be wrong, so no secure connection to the cloud can be made. Correct it in the system settings: the program will authorize by itself. If the date and time are right, call your partner.',
    },
    autostart_off: {
      title: 'The program does not start with the computer',
      text: 'So it cannot authorize every day by itself.',
    },
    autostart_off_by_person: {
      title: 'Start with the computer is off',
      text: 'It was switched off in the system settings. Until it is on, the program authorizes only when you open it.',
    },
    autostart_foreign: {
      title: 'Another copy of the program starts',
      text: 'Another copy of Buhphone starts with the computer, not this one. Switch the start to this copy.',
    },
    autostart_forbidden: {
      title: 'The start with the computer is forbidden',
      text: 'The computer’s administrator decided so. Ask them to allow Buhphone to start, or open the program yourself every day.',
    },
    contract_ended: {
      title: 'Your contract has ended',
      text: 'The program works as before. Ask your partner about renewing the contract.',
    },
    state_set_aside: (file) => ({
      title: 'Some data could not be read',
      text: `The program’s data is damaged or was written by a newer version of the program. It was set aside in the file ${file}, nothing was erased. If the program asks for a code, ask your partner for a new one.`,
    }),
    state_not_saved: {
      title: 'Data cannot be saved',
      text: 'The disk may be full or not writable. Free some space: the program will try again by itself.',
    },
  },
  reconnecting: {
    titles: {
      told: (partner) => `Waiting for ${partner} to confirm`,
      telling: 'Asking your partner to connect this computer',
      untold: 'Your partner has not been asked yet',
    },
    texts: {
      told: 'This usually takes minutes. You may close the window: the program will connect by itself.',
      toldOffline: 'There is no connection now. The program will learn the answer as soon as there is.',
      telling: 'This takes a few seconds.',
      untoldOffline: 'There is no connection. The program will ask your partner as soon as there is.',
      keyring:
        'The system’s password storage is locked, and the key is kept there. Unlock it with the password you sign in with, and the program will go on by itself.',
      clock:
        'The date or time of this computer seems to be wrong. Correct it in the system settings, and the program will go on by itself.',
      refused: 'The cloud did not accept this. Call your partner.',
    },
    held: 'Whatever you send now is kept, and goes out as soon as your partner confirms the connection.',
  },
  call: (phone) => `Your partner’s phone: ${phone}`,
  quoted: (name) => `“${name}”`,
  actions: {
    repair: 'Start with the computer',
    useThisCopy: 'Start this copy',
    newCode: 'Enter a new code',
    reconnect: 'Connect again',
    askAgain: 'Ask again',
    cancel: 'Cancel',
  },
  sent: {
    title: 'What is sent',
    lead: 'With each authorization the program sends the cloud only what is listed here. Besides that it sends your requests, the steps of connecting and a note when it is removed. Documents, 1C databases, passwords and lists of programs are not sent.',
    never: 'Nothing has been sent yet.',
    lastAt: 'Last sent:',
    answered: 'The cloud confirmed it',
    unanswered: 'The cloud has not confirmed it yet',
    explained: 'What and why',
    fields: {
      authorization_id: {
        title: 'Authorization number',
        text: 'So that sending it again is not counted twice.',
      },
      launch: {
        title: 'Start of the program',
        text: 'Its number and time, and who started it: the system, a person, a link or 1C.',
      },
      trigger: {
        title: 'Occasion',
        text: 'A start, a new day, waking from sleep, the network coming back, or a click.',
      },
      attended: {
        title: 'Whether someone is at the computer',
        text: 'Only yes, no or unknown. The program does not see what you do.',
      },
      'computer.name': {
        title: 'Computer name',
        text: 'So that your partner can tell your computers apart.',
      },
      'computer.system': { title: 'System', text: 'Its name and version.' },
      'computer.program': { title: 'Program version', text: 'To know when it is time to update.' },
      'computer.zone': { title: 'Time zone', text: 'The one set on this computer.' },
      'computer.machine': {
        title: 'Anonymous computer number',
        text: 'Shows that several people use one computer. It means nothing to outsiders.',
      },
      autostart: {
        title: 'Start with the computer',
        text: 'On or off: the daily authorization depends on it.',
      },
      failures: { title: 'Failed attempts', text: 'How many since the last authorization, when and why.' },
      launches: { title: 'Starts while offline', text: 'Starts the cloud does not know of yet.' },
      launches_dropped: {
        title: 'Earlier starts',
        text: 'A number only: details are sent of at most a hundred.',
      },
      echo: { title: 'Check value', text: 'The cloud sent it last time. It helps to notice a copied disk.' },
    },
    absent: 'none',
    origins: {
      login: 'the system at sign-in',
      person: 'a person',
      link: 'a link',
      from_1c: '1C',
      unknown: 'unknown',
    },
    triggers: {
      activation: 'connecting',
      launch: 'start of the program',
      new_day: 'a new day',
      resume: 'waking from sleep',
      network: 'the network coming back',
      person: 'a click',
      unknown: 'unknown',
    },
    attended: { yes: 'yes', no: 'no', unknown: 'unknown' },
    body: 'The last message in full',
    bodyLead: 'Exactly as it was sent.',
    signed:
      'The message is signed with this computer’s key. Like any server on the internet, the cloud sees your network’s address.',
  },
  about: {
    title: 'About',
    version: 'Version',
    cloud: 'Cloud address',
    autostart: 'Start with the computer',
    autostarts: {
      on: 'On',
      off: 'Off',
      off_by_person: 'Switched off in the system settings',
      forbidden: 'Forbidden by the administrator',
      foreign: 'Another copy of the program starts',
      unknown: 'The system did not tell',
    },
    language: 'Language',
    languages: { system: 'As in the system', ru: 'Русский', en: 'English' },
  },
  selfCheck: {
    title: 'Self-check',
    lead: 'The program checks everything that an authorization needs.',
    running: 'Checking…',
    again: 'Check again',
    save: 'Save the report',
    saved: 'The report is saved:',
    notSaved: 'The report could not be saved: check whether there is room on the disk.',
    note: 'The report holds no passwords, keys or messages of yours. Show it to your system administrator or partner.',
    checkedAt: (printed) => `Checked ${printed}`,
    verdicts: { good: 'good', unknown: 'unknown', attention: 'needs attention', bad: 'fault' },
    fixes: { autostart: 'Put right', authorize: 'Authorize now', reconnect: 'Connect again' },
  },
  talk,
  visit,
};
