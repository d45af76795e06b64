/** An agent of this page alone: answers commands with the snapshots the real one would show, a little later. */
import type { ActivationStep, Command, Language, View } from '@buhphone/shared/types/agent';

import type { Backend } from '../src/backend';
import { seen } from './states';

const STEPS: ActivationStep[] = ['key', 'bind', 'authorize', 'autostart'];
const A_MOMENT_MS = 900;

export function fake(state: Partial<View>, language: Language): Backend {
  let view: View = { ...seen, language, language_choice: language, ...state };
  const windows = new Set<(view: View) => void>();

  const show = (change: Partial<View>) => {
    view = { ...view, ...change };
    windows.forEach((window) => window(view));
  };
  const moment = () => new Promise((resume) => setTimeout(resume, A_MOMENT_MS));

  const answer: { [K in Command['kind']]: (command: Extract<Command, { kind: K }>) => void | Promise<void> } =
    {
      look: () => {},
      open_link: () => {},
      set_language: ({ language: choice }) =>
        show({ language_choice: choice, language: choice === 'system' ? language : choice }),
      repair_autostart: () =>
        show({
          autostart: 'on',
          troubles: view.troubles.filter(({ kind }) => !kind.startsWith('autostart')),
        }),
      async authorize_now() {
        show({ authorizing: true });
        await moment();
        const { last_authorization, connection } = seen;
        const troubles = view.troubles.filter(({ kind }) => kind !== 'not_authorized');
        show({ authorizing: false, last_authorization, connection, troubles });
      },
      async activate() {
        for (const step of STEPS) {
          show({ stage: { kind: 'activating', step } });
          await moment();
        }
        show({ ...seen, language: view.language, language_choice: view.language_choice });
      },
    };

  return {
    view: async () => view,
    ask: async (command) => void answer[command.kind](command as never),
    onView: async (window) => {
      windows.add(window);
      return () => windows.delete(window);
    },
  };
}
