/** An agent of this page alone: answers commands with the snapshots the real one would show, a little later. */
import type {
  ActivationStep,
  Command,
  Conversation,
  Language,
  MessageState,
  RequestKind,
  ShownMessage,
  View,
} from '@buhphone/shared/types/agent';

import type { Backend } from '../src/backend';
import { checking } from './checking';
import { seen } from './states';
import { anna, head, message, robot } from './talking';
import { visitAt } from './visiting';

const STEPS: ActivationStep[] = ['key', 'bind', 'authorize', 'autostart'];
const REACHED: Record<ActivationStep, number> = { key: 0, bind: 0, authorize: 1, autostart: 2 };
const PROGRESS: MessageState[] = ['sent', 'delivered', 'read'];
const A_MOMENT_MS = 900;

export function fake(state: Partial<View>, language: Language): Backend {
  let view: View = { ...seen, language, language_choice: language, ...state };
  const windows = new Set<(view: View) => void>();
  const begun = new Map<string, Conversation>();
  if (view.talk.shown) begun.set(view.talk.shown.head.request_id, view.talk.shown);

  const show = (change: Partial<View>) => {
    view = { ...view, ...change };
    windows.forEach((window) => window(view));
  };
  const moment = () => new Promise((resume) => setTimeout(resume, A_MOMENT_MS));

  function keep(conversation: Conversation) {
    const { request_id } = conversation.head;
    begun.set(request_id, conversation);
    const others = view.talk.conversations.filter((head) => head.request_id !== request_id);
    const shown = view.talk.shown?.head.request_id === request_id ? conversation : view.talk.shown;
    show({ talk: { ...view.talk, conversations: [conversation.head, ...others], shown } });
  }

  function add(request_id: string, message: ShownMessage) {
    const of = begun.get(request_id)!;
    keep({ ...of, head: { ...of.head, last_text: message.text }, messages: [...of.messages, message] });
  }

  async function deliver(request_id: string, { message_id }: ShownMessage) {
    for (const state of PROGRESS) {
      await moment();
      const of = begun.get(request_id)!;
      const messages = of.messages.map((one) => (one.message_id === message_id ? { ...one, state } : one));
      keep({ ...of, messages });
    }
  }

  async function begin(request_kind: RequestKind, text: string, phone: string | null = null) {
    const request_id = crypto.randomUUID();
    const own = message({ kind: 'user' }, text, '12:00', 'saved');
    await moment();
    keep({ head: head(request_id, request_kind, { phone, last_text: text }), messages: [own], reply: '' });
    const trial = request_kind === 'trial' && view.visit?.open;
    if (trial) show({ visit: visitAt(3, undefined, { request_id }) });
    await moment();
    if (trial) show({ visit: visitAt(4, undefined, { request_id }) });
    await moment();
    add(request_id, message(robot, 'Мы получили ваше обращение и скоро ответим.', '12:00'));
    if (trial) show({ visit: visitAt(5, undefined, { request_id }) });
    await deliver(request_id, own);
    add(request_id, message(anna, 'Здравствуйте! Всё работает.', '12:01'));
    if (trial) show({ visit: visitAt(6, undefined, { request_id, open: view.visit?.open ?? false }) });
  }

  const answer: { [K in Command['kind']]: (command: Extract<Command, { kind: K }>) => void | Promise<void> } =
    {
      look: () => {},
      use_server: () => {},
      started_from1c: () => {},
      async check_self() {
        // A state of the gallery stays as it is.
        if (view.self_check.result || view.self_check.running) return;
        show({ self_check: { running: true, result: null } });
        await moment();
        show({ self_check: { running: false, result: checking.attention } });
      },
      save_report() {
        const { result } = view.self_check;
        const saved = { kind: 'saved', file: '/home/maria/Загрузки/Бухфон, самопроверка.txt' } as const;
        if (result) show({ self_check: { running: false, result: { ...result, saved } } });
      },
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
          show({ stage: { kind: 'activating', step }, visit: visitAt(REACHED[step]) });
          await moment();
        }
        show({
          ...seen,
          language: view.language,
          language_choice: view.language_choice,
          visit: visitAt(3),
        });
      },
      async reconnect() {
        show({ troubles: [{ kind: 'reconnecting', told: false, failure: null }] });
        await moment();
        show({ troubles: [{ kind: 'reconnecting', told: true, failure: null }] });
      },
      cancel_reconnection: () => show({ troubles: [{ kind: 'key_lost' }] }),
      send_trial: () => begin('trial', ''),
      ask: ({ text }) => begin('ordinary', text),
      call_me: ({ phone }) => begin('callback', '', phone),
      async say({ request_id, text }) {
        const own = message({ kind: 'user' }, text, '12:02', 'saved');
        add(request_id, own);
        await deliver(request_id, own);
        add(request_id, message(anna, `Вы написали: ${text}`, '12:03'));
      },
      show_conversation: ({ request_id }) =>
        show({ talk: { ...view.talk, shown: (request_id && begun.get(request_id)) || null } }),
      async repeat_visit_step() {
        const reached = view.visit?.steps.filter(({ state }) => state.kind === 'done').length ?? 0;
        show({ visit: visitAt(reached) });
        await moment();
        show({ visit: visitAt(reached + 1), connection: seen.connection });
      },
      keep_draft: () => {},
      leave_visit: () => show({ visit: view.visit && { ...view.visit, open: false } }),
    };

  return {
    view: async () => view,
    ask: async (command) => void answer[command.kind](command as never),
    onView: async (window) => {
      windows.add(window);
      return () => windows.delete(window);
    },
    onGo: async () => () => {},
  };
}
