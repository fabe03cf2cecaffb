import type { Context } from 'mocha';
import { passwordCost } from '../../server/security/passwords.ts';
import { openPages } from './browser.ts';
import { removeScratch } from './folders.ts';
import { javaCompiler } from './maven.ts';

// Half of the processor time of the console's tests would be the passwords of their users.
passwordCost.N = 2 ** 10;
javaCompiler.level = 1;

/** Around each test file, in whichever process it runs. */
export const mochaHooks = {
  async afterEach(this: Context): Promise<void> {
    if (this.currentTest?.state !== 'failed') return;
    const pages = await openPages();
    if (pages) console.log(`What the pages showed after "${this.currentTest.title}":\n${pages}`);
  },
  afterAll(): void {
    removeScratch();
  },
};
