import type { Page, Request } from 'playwright-core';

/**
 * From now on such requests of a page wait, until what this gives is called. `url` as for Playwright's routes; with
 * `isMeant` some of them alone. One that its page has broken off meanwhile goes nowhere.
 */
export async function holdRequests(
  page: Page,
  url: string,
  isMeant: (request: Request) => boolean = () => true,
): Promise<() => void> {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(url, async (route) => {
    if (isMeant(route.request())) await held;
    await route.continue().catch(() => undefined);
  });
  return letGo;
}
