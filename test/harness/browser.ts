import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { requireProgram } from '../../server/machine/programs.ts';
import { scratchFolder } from './folders.ts';

/** A real Chromium, without its own errands on the network. */
export function startBrowser(extraArguments: string[] = []): Promise<Browser> {
  return chromium.launch(options(extraArguments));
}

/** The same with a profile of its own, in which a person has chosen what frames of other sites may keep. */
export function startBrowserWithCookies(thirdParty: 'allowed' | 'blocked'): Promise<BrowserContext> {
  const profile = scratchFolder('browser');
  mkdirSync(join(profile, 'Default'));
  const preferences = { profile: { cookie_controls_mode: thirdParty === 'blocked' ? 1 : 0 } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  return chromium.launchPersistentContext(profile, options([]));
}

function options(extraArguments: string[]): LaunchOptions {
  return {
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
  };
}
