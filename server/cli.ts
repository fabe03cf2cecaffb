import './heap.ts';
import { runCommandLine } from './commands/program.ts';

/** `cqa`, as a process of its own. */
process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
