import type { BrowserContext, Frame, Page } from 'playwright-core';

/** What went wrong in a browser's pages: their own errors, and whatever the browser itself wrote as an error. */
export interface Troubles {
  /** Those that nobody expected, in words. */
  unexpected(): string[];
  /** From now on an error whose words or address match is a refusal that the test asked for. */
  expect(pattern: RegExp): void;
}

/** Collects the troubles of every page of a context, those opened later too. */
export function watchTroubles(context: BrowserContext): Troubles {
  const seen: string[] = [];
  const expected: RegExp[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') seen.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => seen.push(`${error.error().stack ?? error.error().message}`));
  return {
    unexpected: () => seen.filter((trouble) => !expected.some((pattern) => pattern.test(trouble))),
    expect: (pattern) => expected.push(pattern),
  };
}

/**
 * What a person could not reach by scrolling down: a page that is wider than the window, and elements that stick out of
 * it at a side and lie in no box that scrolls or cuts on purpose; and a title that runs into what is beside it. One line
 * each; empty when all is well. A page that was given another size has drawn itself anew first.
 */
export function stickingOut(page: Page | Frame): Promise<string[]> {
  return page.evaluate<string[]>(stickingOutScript);
}

/** As text, because it runs in the browser: this program is compiled without a browser's types. */
const stickingOutScript = `(async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push('the page is ' + scrollWidth + ' wide in a window of ' + clientWidth);
  const look = (element, owner) => {
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.visibility === 'hidden') return;
    const { left, right, width, height } = element.getBoundingClientRect();
    if (width > 0 && height > 0 && (left < -1 || right > clientWidth + 1))
      found.push(owner + element.outerHTML.slice(0, 80) + ' reaches from ' + left + ' to ' + right + ' of ' + clientWidth);
    if (style.overflowX !== 'visible' || style.clipPath !== 'none') return;
    if (element.localName === 'h1' && element.scrollWidth > element.clientWidth)
      found.push(owner + element.outerHTML + ' is wider than its place of ' + element.clientWidth);
    for (const child of element.children) look(child, owner);
    for (const child of element.shadowRoot?.children ?? []) look(child, element.localName + ' > ');
  };
  look(document.body, '');
  return found;
})()`;
