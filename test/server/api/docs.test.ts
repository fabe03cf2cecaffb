import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { endpoints } from '../../../server/api/endpoints.ts';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { startBrowser } from '../../harness/browser.ts';
import { testServices } from '../../harness/services.ts';
import { watchTroubles } from '../../harness/watched-page.ts';

describe('the page of the document in a browser', () => {
  let server: ApiServer;
  let browser: Browser;
  before(async () => {
    server = await apiServer(await testServices());
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await server.close();
    await server.services.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`shows every endpoint, wide and narrow, and breaks none of its own rules (${colorScheme})`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
      const troubles = watchTroubles(context);
      const page = await context.newPage();
      await page.goto(`${server.url}/cqa/api/docs`);
      await page.locator('.opblock').first().waitFor();
      expect(await page.locator('.opblock[id*="operations-"]').count()).to.be.at.least(endpoints.length);
      await page.locator('.opblock-summary').first().click();
      await page.locator('.opblock-body .execute').first().waitFor();
      expect(await page.evaluate("document.documentElement.classList.contains('dark-mode')")).to.equal(
        colorScheme === 'dark',
      );
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390);
      expect(troubles.unexpected()).to.deep.equal([]);
      await context.close();
    });
});
