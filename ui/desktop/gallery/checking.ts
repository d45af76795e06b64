/** Self-checks of the gallery: as the agent words them. */
import type { CheckView, SelfCheckResult, SelfCheckView, Verdict } from '@buhphone/shared/types/agent';

const line = (check: CheckView['check'], title: string, text: string): CheckView => ({
  check,
  verdict: 'good',
  title,
  text,
  fix: null,
});

const good: CheckView[] = [
  line('network', 'Связь с облаком', 'Облако отвечает: https://cloud.buhphone.example'),
  line('proxy', 'Прокси-сервер', 'Не используется.'),
  line('tls', 'Защищённое соединение', 'Проверено. Сертификат выдал: Let’s Encrypt, R11'),
  line('clock', 'Часы компьютера', 'Идут верно.'),
  line('key', 'Ключ компьютера', 'В хранилище паролей, читается.'),
  line('autostart', 'Запуск с компьютером', 'Включён.'),
  line('disk', 'Место для данных', 'Свободно 84 ГБ. Папка: /home/maria/.local/share/buhphone'),
  line('version', 'Версия', 'Бухфон 0.1.0, Debian GNU/Linux 12'),
  line('history', 'Авторизация', 'Последняя авторизация: 23.11.2026 9:00:12.'),
];

function result(verdict: Verdict, summary: string, ...changed: Partial<CheckView>[]): SelfCheckResult {
  const checks = good.map((one) => ({ ...one, ...changed.find(({ check }) => check === one.check) }));
  return { verdict, summary, printed: '23.11.2026 12:04:31', checks, saved: null };
}

const well = result('good', 'Всё в порядке.');
const attention = result(
  'attention',
  'Программа работает, но кое-что стоит исправить.',
  { check: 'proxy', text: 'http://proxy.romashka.local:3128, из настроек системы' },
  {
    check: 'clock',
    verdict: 'attention',
    text: 'Спешат на 14 мин. Исправьте время в настройках системы.',
  },
  { check: 'autostart', verdict: 'attention', text: 'Выключен в настройках системы.', fix: 'autostart' },
  {
    check: 'history',
    verdict: 'attention',
    text: 'Последняя авторизация: 20.11.2026 8:58:40. Сегодня её не было. С тех пор неудачно: нет интернета (3).',
    fix: 'authorize',
  },
);
const bad = result(
  'bad',
  'Программа сейчас не может авторизоваться.',
  {
    check: 'network',
    verdict: 'bad',
    text: 'Защищённое соединение не установлено. Его мог подменить антивирус или сетевой фильтр: покажите это администратору. (https://cloud.buhphone.example)',
  },
  {
    check: 'tls',
    verdict: 'bad',
    text: 'Сертификат не принят. Его выдал: AO Kaspersky Lab, Kaspersky Anti-Virus Personal Root Certificate',
  },
  { check: 'clock', verdict: 'unknown', text: 'Не проверено: до облака не дошли.' },
  {
    check: 'key',
    verdict: 'bad',
    text: 'В хранилище паролей его нет. Партнёр может подтвердить компьютер заново.',
    fix: 'reconnect',
  },
  {
    check: 'disk',
    verdict: 'bad',
    text: 'Записать данные не удаётся: нет места или запись запрещена. Папка: C:\\Users\\Мария Иванова\\AppData\\Local\\buhphone\\data',
  },
);

export const checking = { well, attention, bad };

export const checks: Record<string, SelfCheckView> = {
  first: { running: true, result: null },
  well: { running: false, result: well },
  attention: { running: false, result: attention },
  bad: { running: false, result: bad },
  again: { running: true, result: attention },
  saved: {
    running: false,
    result: {
      ...well,
      saved: {
        kind: 'saved',
        file: '/home/maria/Загрузки/Бухфон, самопроверка 2026-11-23 12-04-31.txt',
      },
    },
  },
  not_saved: { running: false, result: { ...bad, saved: { kind: 'failed' } } },
};
