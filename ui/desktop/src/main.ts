import '@buhphone/shared/tokens.css';
import '@buhphone/shared/base.css';
import './window.css';

import { mount } from 'svelte';

import App from './App.svelte';
import { placeIn } from './places';
import { tauri } from './tauri';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

mount(App, { target, props: { backend: tauri, opened: placeIn(new URLSearchParams(location.search)) } });
