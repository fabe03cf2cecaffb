import type { ExoliteConfig } from './config.ts';

type Addresses = Pick<ExoliteConfig, 'base_url' | 'recordings_url'>;

/**
 * Whether API key and token go with a request for that recording: to the recordings address, and to the API's own host,
 * on whatever port. Where the API is called over TLS, they go to its host over TLS alone.
 */
export function mayHaveKeys({ base_url, recordings_url }: Addresses, { origin, hostname, protocol }: URL): boolean {
  if (origin === new URL(recordings_url).origin) return true;
  const base = new URL(base_url);
  return hostname === base.hostname && (protocol === 'https:' || base.protocol === 'http:');
}

/** Where a recording is asked for: a link by http:// to an address that is set with https:// is taken as it is set. */
export function addressOf({ base_url, recordings_url }: Addresses, link: URL): URL {
  const set = [recordings_url, base_url].map((address) => new URL(address)).find(({ host }) => host === link.host);
  return set?.protocol === 'https:' ? new URL(`${set.origin}${link.pathname}${link.search}`) : link;
}
