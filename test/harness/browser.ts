import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { type EnsureOptions, ensurePrograms, findProgram, requireProgram } from '../../server/machine/programs.ts';
import { AppError } from '../../shared/error.ts';
import { scratchFolder } from './folders.ts';

/** Chromium, and where it can be had its headless shell: the same pages in half of the processor time. */
export async function ensureBrowsers(options: EnsureOptions): Promise<void> {
  await ensurePrograms(['chromium'], options);
  try {
    await ensurePrograms(['headless shell'], options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    options.say('Pages are tried with the whole of Chromium, which takes longer: its headless shell is not to be had.');
  }
}

const running = new Set<Browser>();

/** A real Chromium without a window, and without its own errands on the network. */
export async function startBrowser(extraArguments: string[] = []): Promise<Browser> {
  const program = findProgram('headless shell') ?? requireProgram('chromium');
  const browser = await chromium.launch(options(program, extraArguments));
  running.add(browser);
  browser.on('disconnected', () => running.delete(browser));
  return browser;
}

/** What every open page shows, as a screen reader would tell it: for a test that failed. */
export async function openPages(): Promise<string> {
  const pages = [...running].flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
  const told = pages.map(async (page) => `${page.url()}\n${await page.locator('body').ariaSnapshot()}`);
  return (await Promise.allSettled(told))
    .map((page) => (page.status === 'fulfilled' ? page.value : `a page could not be read: ${page.reason}`))
    .join('\n\n');
}

/** The whole of Chromium with a profile of its own, in which a person has chosen what frames of other sites may keep. */
export function startBrowserWithCookies(thirdParty: 'allowed' | 'blocked'): Promise<BrowserContext> {
  const profile = scratchFolder('browser');
  mkdirSync(join(profile, 'Default'));
  const preferences = { profile: { cookie_controls_mode: thirdParty === 'blocked' ? 1 : 0 } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  return chromium.launchPersistentContext(profile, options(requireProgram('chromium'), []));
}

function options(executablePath: string, extraArguments: string[]): LaunchOptions {
  return {
    executablePath,
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
