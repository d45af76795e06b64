import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** `--mode gallery` builds every state of the window over a fake backend, into a folder of its own. */
export default defineConfig(({ mode }) => ({
  root: mode === 'gallery' ? 'gallery' : '.',
  base: './',
  plugins: [svelte()],
  clearScreen: false,
  server: { port: mode === 'gallery' ? 5174 : 5173, strictPort: true, fs: { allow: ['../../..', '../..'] } },
  build: {
    outDir: mode === 'gallery' ? '../dist-gallery' : 'dist',
    emptyOutDir: true,
    // What Debian 12's WebKitGTK, WebView2 and macOS 12 all run.
    target: ['safari15.4', 'chrome110'],
    // The window's content policy allows no data: and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { root: '.', include: ['src/**/*.test.ts'] },
}));
