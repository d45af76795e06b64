import type { Language } from '@buhphone/shared/types/agent';

import { en } from './en';
import { ru } from './ru';
import type { Messages } from './shape';

export type { Messages, Words } from './shape';

export const messages: Record<Language, Messages> = { ru, en };
