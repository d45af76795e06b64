/** The language and the appearance: this browser's choice, kept in it. Russian until somebody chooses. */

import { en } from './messages/en';
import { ru, type Words } from './messages/ru';

export const languages = { ru: 'Русский', en: 'English' } as const;
export type Language = keyof typeof languages;

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

function chosen(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function choose(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing still shows what was chosen.
  }
}

let language = $state<Language>(chosen('language') === 'en' ? 'en' : 'ru');
let theme = $state<Theme>(themes.find((each) => each === chosen('theme')) ?? 'system');

export const looks = {
  get language(): Language {
    return language;
  },
  set language(next: Language) {
    language = next;
    choose('language', next);
    applyLooks();
  },
  get theme(): Theme {
    return theme;
  },
  set theme(next: Theme) {
    theme = next;
    choose('theme', next);
    applyLooks();
  },
};

/** The words of the chosen language. */
export function words(): Words {
  return language === 'en' ? en : ru;
}

export function applyLooks(): void {
  const root = document.documentElement;
  root.lang = language;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
}
