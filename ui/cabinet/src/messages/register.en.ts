/** Edits, categories, a computer handed over, a person's data, in English. */

import { enNumber, enPlural } from './plural';
import type { ruRegister } from './register.ru';

export const enRegister: typeof ruRegister = {
  edits: {
    title: 'Changes',
    none: 'Nothing has been changed yet.',
    by: (name) => name || 'unknown',
    empty: 'empty',
    actions: {
      changed: 'Details changed',
      archived: 'Archived',
      restored: 'Restored',
      handed_over: 'Computer handed over',
      erased: 'Data erased',
      unknown: 'Change',
    },
    fields: {
      name: 'First name',
      surname: 'Surname',
      patronymic: 'Patronymic',
      category: 'Category',
      uses_1c: '1C user',
      its_until: 'End of the 1C:ITS contract',
      email: 'E-mail',
      phone: 'Phone',
      inn: 'INN',
      client: 'Client',
    },
    clientName: 'Name',
    handedTo: (computer, name) => `${computer} is now ${name}’s`,
    takenFrom: (computer, name) => `${computer}, from ${name}`,
    before: 'was',
    after: 'is now',
  },

  categories: {
    title: 'User categories',
    hint: 'Your service packages: they are offered in this order on a user’s card and in the report.',
    columns: { name: 'Name', users: 'Users', actions: 'Actions' },
    add: 'Add a category',
    name: 'Category name',
    rename: 'Rename',
    renameTitle: (name) => `Rename “${name}”`,
    up: (name) => `Move “${name}” up`,
    down: (name) => `Move “${name}” down`,
    moved: (name, place) => `“${name}” is number ${enNumber(place)} now`,
    archive: 'Archive',
    restore: 'Restore',
    archived: 'Archived',
    archivedNow: (name) => `“${name}” is archived: it is not offered for new users`,
    restored: (name) => `“${name}” is restored`,
    merge: 'Merge…',
    mergeTitle: (name) => `Merge “${name}” into another`,
    mergeBody: (count) =>
      count === 0
        ? 'Nobody has it: the category will simply be gone.'
        : `${enPlural(count, 'user gets', 'users get')} the chosen category, and this one is gone. This cannot be undone.`,
    into: 'Into which category',
    mergeDo: 'Merge',
    merged: 'Categories merged',
    created: 'Category added',
    emptyTitle: 'No categories yet',
    empty: 'Add the first one.',
    noRight: 'The list is kept by administrators and client managers.',
    more: (name) => `Actions for “${name}”`,
    all: 'All categories',
  },

  handOver: {
    action: 'Hand over',
    title: (computer) => `Who gets ${computer}?`,
    body: 'The computer is disconnected and the colleague gets a code to type in the program on it. Authorizations and requests stay with the previous user.',
    search: 'Name, client, e-mail or phone',
    colleagues: 'Colleagues',
    nobody: 'Nobody found.',
    more: (count) => `${enNumber(count)} more: refine the search.`,
    give: 'Hand over and issue a code',
  },

  person: {
    more: 'More actions',
    export: 'Export the person’s data',
    exported: 'The file is downloaded',
    erase: 'Erase the person’s data…',
    erased: 'Data erased',
    erasedName: 'Data erased',
    erasedNote: 'Personal data were erased on the person’s demand. The row stays for the reports’ totals.',
    eraseTitle: 'Erase the person’s data for good?',
    eraseBody:
      'The name, e-mail, phone, computer names, history of changes and the texts of all requests will be gone. Computers are disconnected and the code is withdrawn. Dates and numbers in reports stay. This cannot be undone.',
    eraseType: (surname) => `Type the surname to confirm: ${surname}`,
    eraseDo: 'Erase for good',
    wrongSurname: 'This is not the surname on the card.',
  },

  clones: {
    title: 'Looks like a copied computer',
    what: 'This happens when:',
    causes: [
      'the disk or a system image was copied to another computer: two people then work under one name;',
      'the system was restored from a backup: it is the same person, and nothing needs to be done.',
    ],
    how: 'Authorizations of both still count. If it is a copy, disconnect the computer and issue a new code to each.',
  },
};
