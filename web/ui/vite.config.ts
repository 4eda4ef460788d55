import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Two apps share what they have in common. Go serves dist/app at /app and
// writes a nonce of its own into each HTML it sends.
export default defineConfig({
  base: '/app/',
  plugins: [react()],
  html: { cspNonce: '__NONCE__' },
  resolve: { alias: { '@kit': here('./src/kit'), '@messages': here('../messages') } },
  server: { fs: { allow: ['..'] } },
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2023',
    manifest: true,
    assetsInlineLimit: 0, // an inlined file would need a wider policy
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
    rollupOptions: { input: { work: here('./work.html'), console: here('./console.html') } },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
