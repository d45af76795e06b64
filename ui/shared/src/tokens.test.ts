import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** The custom properties of the block that `selector` opens. */
function block(selector: string): Record<string, string> {
  const start = css.indexOf('{', css.indexOf(selector)) + 1;
  const body = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]?.trim()]));
}

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const themes = { light: block(':root {'), dark: block(":root[data-theme='dark']") };

const grounds = ['ground', 'surface', 'surface-sunken', 'surface-hover', 'surface-selected'];
const text: [string, string][] = [
  ...['text', 'text-secondary', 'text-tertiary', 'accent-text', 'danger', 'good', 'warning'].flatMap(
    (front) => grounds.map((back): [string, string] => [front, back]),
  ),
  ...['good', 'warning', 'danger'].flatMap((state): [string, string][] => [
    [state, `${state}-soft`],
    ['text', `${state}-soft`],
    ['text-secondary', `${state}-soft`],
    ['accent-text', `${state}-soft`],
  ]),
  ['accent-text', 'accent-soft'],
  ['text', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-accent', 'accent-active'],
  ['on-danger', 'danger'],
  ['on-danger', 'danger-hover'],
];
const outlines: [string, string][] = ['line-strong', 'focus', 'accent'].flatMap((front) =>
  ['ground', 'surface'].map((back): [string, string] => [front, back]),
);

describe.each(Object.entries(themes))('the %s theme', (_, tokens) => {
  const pair = (front: string, back: string) =>
    contrast(tokens[`--${front}`] ?? '', tokens[`--${back}`] ?? '');

  it.each(text)('reads %s on %s', (front, back) => {
    expect(pair(front, back)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(outlines)('tells %s from %s', (front, back) => {
    expect(pair(front, back)).toBeGreaterThanOrEqual(3);
  });
});

it('is equally dark by the system and by choice', () => {
  expect(block(":root:not([data-theme='light'])")).toEqual(themes.dark);
});
