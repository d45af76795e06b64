import { describe, expect, it } from 'vitest';

import { messages } from './messages';
import { ago, counted, inZone } from './wording';

const { ru, en } = messages;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('how long ago', () => {
  it.each([
    [1, '1 минуту назад', '1 minute ago'],
    [2, '2 минуты назад', '2 minutes ago'],
    [5, '5 минут назад', '5 minutes ago'],
    [11, '11 минут назад', '11 minutes ago'],
    [21, '21 минуту назад', '21 minutes ago'],
    [44, '44 минуты назад', '44 minutes ago'],
  ])('%i minutes', (count, russian, english) => {
    const last = { ago: { unit: 'minutes' as const, count }, today: false };
    expect([plain(ago(ru, last)), plain(ago(en, last))]).toEqual([russian, english]);
  });

  it.each([
    [1, '1 час назад', '1 день назад'],
    [3, '3 часа назад', '3 дня назад'],
    [12, '12 часов назад', '12 дней назад'],
    [112, '112 часов назад', '112 дней назад'],
    [1001, '1001 час назад', '1001 день назад'],
  ])('%i hours and days', (count, hours, days) => {
    const last = (unit: 'hours' | 'days') => ({ ago: { unit, count }, today: false });
    expect([plain(ago(ru, last('hours'))), plain(ago(ru, last('days')))]).toEqual([hours, days]);
  });

  it('says when it was today', () => {
    expect(plain(ago(ru, { ago: { unit: 'hours', count: 3 }, today: true }))).toBe('Сегодня, 3 часа назад');
    expect(ago(ru, { ago: { unit: 'just_now' }, today: true })).toBe('Только что');
  });

  it('never parts a number from its word', () => {
    expect(counted('ru', 5, ru.home.units.days)).toBe('5\u00a0дней');
  });
});

describe('a zone', () => {
  it.each([
    ['Europe/Moscow', 'по московскому времени'],
    ['Europe/Kaliningrad', 'по калининградскому времени'],
    ['Asia/Novosibirsk', 'по красноярскому времени'],
    ['Asia/Kamchatka', 'по камчатскому времени'],
    ['Asia/Almaty', 'по времени Asia/Almaty'],
  ])('%s is named as people name it', (zone, words) => {
    expect(inZone(ru, zone)).toBe(words);
  });

  /** Offset from UTC in a winter's hour, `GMT+3`. */
  const offset = (zone: string) =>
    new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' })
      .formatToParts(new Date('2026-11-23T12:00:00Z'))
      .find(({ type }) => type === 'timeZoneName')?.value;

  it.each([
    ['Europe/Volgograd', 'Europe/Moscow'],
    ['Europe/Saratov', 'Europe/Samara'],
    ['Asia/Novosibirsk', 'Asia/Krasnoyarsk'],
    ['Asia/Chita', 'Asia/Yakutsk'],
    ['Asia/Sakhalin', 'Asia/Magadan'],
    ['Asia/Anadyr', 'Asia/Kamchatka'],
  ])('%s shares its hour with %s, whose name it bears', (zone, named) => {
    expect(offset(zone)).toBe(offset(named));
    expect(inZone(ru, zone)).toBe(inZone(ru, named));
  });
});
