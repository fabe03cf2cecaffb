import { fileURLToPath } from 'node:url';
import { build, defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/widget', import.meta.url));

/** embed.js is for other people's pages: one file, a name that never changes, nothing of ours in their global scope. */
function embedScript(): Plugin {
  const entry = fileURLToPath(new URL('embed/embed.ts', import.meta.url));
  const options = {
    configFile: false as const,
    root,
    logLevel: 'warn' as const,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry, formats: ['iife' as const], name: 'cqaEmbed', fileName: () => 'embed.js' },
    },
  };
  return {
    name: 'embed-script',
    apply: 'build',
    closeBundle: async () => {
      await build(options);
    },
  };
}

export default defineConfig({
  root,
  base: '/',
  plugins: [embedScript()],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // A data: URL would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: fileURLToPath(new URL('index.html', import.meta.url)) },
  },
});
