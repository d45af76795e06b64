import '@buhphone/shared/tokens.css';
import '@buhphone/shared/base.css';
import './cabinet.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { applyLooks } from './language.svelte';

applyLooks();

// Every screen without a cloud, for pictures and for work on the interface; no part of the product's bundle.
if (import.meta.env.MODE === 'gallery') {
  const { pretendCloud } = await import('./gallery/cloud');
  pretendCloud();
}

const target = document.getElementById('app');
if (target) mount(App, { target });
