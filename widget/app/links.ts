/**
 * The console address of a plain click on one of our links, or undefined when the browser should have it: another
 * button, a modifier key, a target, a download, or another site.
 */
export function clickedAddress(event: MouseEvent, isFramed: boolean): string | undefined {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!isPlain || event.defaultPrevented) return undefined;
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
  if (!link || link.target !== '' || link.hasAttribute('download') || !link.hasAttribute('data-page')) return undefined;
  const url = new URL(link.href);
  return isFramed ? url.hash.slice(1) : url.pathname + url.search;
}
