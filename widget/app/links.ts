/** Whether a click on a table's row means the row itself: not what in it is used by itself, nor the end of a selection. */
export function isRowClick(event: Event): boolean {
  const isControl = event
    .composedPath()
    .some((target) => target instanceof HTMLElement && target.matches('a, button, cqa-download, cqa-status'));
  return !isControl && getSelection()?.isCollapsed !== false;
}

/**
 * The console address of a plain click on one of our links, or undefined when the browser should have it: another
 * button, a modifier key, a target, or an address that is no page of ours.
 */
export function clickedAddress(event: MouseEvent, isFramed: boolean): string | undefined {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!isPlain || event.defaultPrevented) return undefined;
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
  if (link === undefined || !link.hasAttribute('data-page') || link.target !== '') return undefined;
  const url = new URL(link.href);
  return isFramed ? url.hash.slice(1) : url.pathname + url.search;
}
