import { existsSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/**
 * Whom TLS trusts, as PEM: `authority` beside what Node trusts without it. A list of one's own replaces all of those,
 * also the ones that whoever runs this installation has added by NODE_EXTRA_CA_CERTS.
 */
export function trustedAuthorities(authority: string): string[] {
  const { NODE_EXTRA_CA_CERTS: extra } = process.env;
  const added = extra && existsSync(extra) ? [readFileSync(extra, 'utf8')] : [];
  return [...rootCertificates, ...added, authority];
}
