#!/usr/bin/env node
/** `npx cqa …` in a clone: prepares what is missing, then runs the command line. It shows no console, so it builds none. */
import { prepare, runModule } from './prepare.mjs';

try {
  await prepare({ widget: false });
} catch (thrown) {
  process.stderr.write(`${thrown.message}\n`);
  process.exit(1);
}
await runModule('server/cli', process.argv.slice(2));
