import { isAddress, parseAddress, type Route } from './routes.ts';

/**
 * Keeps the shown page and the browser's address in step: as paths at our own address, behind the # in a frame, whose
 * own path must stay /embed. Both give the browser's back and forward buttons their meaning.
 */
export class Router {
  private readonly isFramed: boolean;
  private readonly onRoute: (route: Route, address: string) => void;

  constructor(isFramed: boolean, onRoute: (route: Route, address: string) => void) {
    this.isFramed = isFramed;
    this.onRoute = onRoute;
  }

  start(): void {
    window.addEventListener('popstate', this.read);
    this.read();
  }

  stop(): void {
    window.removeEventListener('popstate', this.read);
  }

  get address(): string {
    const address = this.isFramed ? location.hash.slice(1) : location.pathname + location.search;
    return isAddress(address) ? address : '/';
  }

  href(address: string): string {
    return this.isFramed ? `#${address}` : address;
  }

  go(address: string, how: 'push' | 'replace' = 'push'): void {
    if (address === this.address) return;
    if (how === 'push') history.pushState(null, '', this.target(address));
    else history.replaceState(null, '', this.target(address));
    this.read();
  }

  /** With a bare #, the frame's own query (?account=…) would stay, but a base href could lead it elsewhere. */
  private target(address: string): string {
    return this.isFramed ? `${location.pathname}${location.search}#${address}` : address;
  }

  private readonly read = (): void => this.onRoute(parseAddress(this.address), this.address);
}
