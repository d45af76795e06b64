/**
 * Every state of the window without the program: `?state=…&theme=light|dark&lang=ru|en` shows one,
 * no `state` shows all of them side by side. Not part of the program.
 */
import '@buhphone/shared/tokens.css';
import '@buhphone/shared/base.css';
import '../src/window.css';

import { mount } from 'svelte';

import App from '../src/App.svelte';
import Contents from './Contents.svelte';
import { fake } from './fake';
import { states } from './states';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

const query = new URLSearchParams(location.search);
const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;
const language = query.get('lang') === 'en' ? 'en' : 'ru';

const name = query.get('state');
if (name === null) {
  mount(Contents, { target, props: { names: Object.keys(states), language } });
} else {
  const state = states[name];
  if (!state) throw new Error(`no state is called ${name}`);
  const { opened, ...view } = state;
  mount(App, { target, props: { backend: fake(view, language), opened } });
}
