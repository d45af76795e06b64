import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `npm run dev` works against a cloud on this address; the gallery needs none.
const cloud = process.env.BUHPHONE_CLOUD ?? 'http://127.0.0.1:8780';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The page's policy allows no data: address but pictures, and no inline script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': cloud } },
  test: { include: ['src/**/*.test.ts'] },
});
