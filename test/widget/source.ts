import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

/**
 * A module of the widget, compiled as the widget is: by vite, from its source. What tsc makes of it beside these tests
 * is not kept, because dist/widget holds the built console alone.
 */
export async function widgetModule<T>(path: string): Promise<T> {
  const file = fileURLToPath(new URL(`../../../widget/${path}`, import.meta.url));
  const { module } = await runnerImport<T>(file, { configFile: false, logLevel: 'error' });
  return module;
}
