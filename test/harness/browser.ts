import { type Browser, chromium } from 'playwright-core';
import { requireProgram } from '../../server/machine/programs.ts';

/** A real Chromium, without its own errands on the network. */
export function startBrowser(extraArguments: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: requireProgram('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...extraArguments,
    ],
  });
}
