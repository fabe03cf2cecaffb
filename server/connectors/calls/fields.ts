import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { FieldMeta } from '../../../shared/connector.ts';
import { isWebLink } from '../../../shared/link.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/**
 * The address of a cloud system's host, kept as its origin: what comes after it is ours to know. Credentials have fields
 * of their own, which are sealed, and go over TLS alone; inside of a private network http:// will do.
 */
export const hostAddress = z
  .string()
  .trim()
  .max(255)
  .refine((text) => isWebLink(text) && isClosedToOthers(new URL(text)), 'an address that begins with https://')
  .refine((text) => !isWebLink(text) || new URL(text).username === '', 'without credentials; they have fields')
  .transform((text) => (URL.canParse(text) ? new URL(text).origin : text));

const privateRanges: readonly string[] = ['loopback', 'private', 'uniqueLocal'];

function isClosedToOthers({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:' || /(^|\.)localhost$/.test(hostname)) return true;
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(address) && privateRanges.includes(ipaddr.process(address).range());
}

/** How far a first run goes back. `more` is added to the description. */
export function lookbackDays({ least = 0, most, more }: { least?: number; most: number; more?: string }) {
  return z.coerce
    .number()
    .int()
    .min(least)
    .max(most)
    .default(7)
    .meta(
      meta({
        title: 'First run: days back',
        description: described(
          'How many days before today the first run begins with. Later runs go on from there.',
          more,
        ),
        group: 'what',
      }),
    );
}

/** How long a day is read again. `more` is added to the description. */
export function settleHours({ most = 168, more }: { most?: number; more?: string } = {}) {
  return z.coerce
    .number()
    .min(0)
    .max(most)
    .default(24)
    .meta(
      meta({
        title: 'Read a day again for (hours)',
        description: described(
          'After a day is over, each run reads it again for this long, for calls that end late and facts that are added later.',
          more,
        ),
        group: 'what',
      }),
    );
}

function described(text: string, more: string | undefined): string {
  return more === undefined ? text : `${text} ${more}`;
}
