import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { View } from '@buhphone/shared/types/agent';

import type { Backend } from './backend';
import type { Place } from './places';

/** The real agent, in the process that opened this window. */
export const tauri: Backend = {
  view: () => invoke<View>('view'),
  ask: (command) => invoke<void>('ask', { command }),
  onView: (show) => listen<View>('view', ({ payload }) => show(payload)),
  onGo: (go) => listen<Place>('go', ({ payload }) => go(payload)),
};
