import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { AppError } from '../../shared/error.ts';

export interface Egress {
  /**
   * The address to connect to for a host that a customer named. Throws `host_unknown` when the name does not resolve and
   * `egress_blocked` when any of its addresses is private, loopback or otherwise ours and not in CQA_EGRESS_ALLOW.
   */
  resolve(host: string): Promise<{ address: string; family: 4 | 6 }>;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

const lookupTimeoutMs = 10_000;

/** Public by its number, but it answers with the machine's own secrets on one cloud. */
const metadataServices = new Set(['168.63.129.16']);

/** How names become addresses: the system's way. */
export type LookUp = (name: string) => Promise<{ address: string; family: number }[]>;

const systemLookUp: LookUp = (name) => lookup(name, { all: true, order: 'ipv4first' });

/** Throws `setting_invalid` when an entry is neither an address nor a CIDR range. */
export function openEgress(allow: string[], lookUp = systemLookUp): Egress {
  const allowed = allow.map(parseRange);
  return {
    async resolve(host) {
      const name = host.trim().replace(/^\[(.*)\]$/, '$1');
      const addresses = await addressesOf(name, lookUp);
      // All of them count: with one public and one private address, the second look-up could give the private one.
      for (const { address } of addresses) refuseOurs(name, address, allowed);
      const first = addresses[0];
      if (!first) throw unknownHost(name);
      return first;
    },
  };
}

function parseRange(text: string): Range {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    throw new AppError(
      'setting_invalid',
      `CQA_EGRESS_ALLOW: "${text}" is no address range. Write addresses or CIDR ranges with commas between them, such as 10.20.0.0/16.`,
      { cause },
    );
  }
}

async function addressesOf(name: string, lookUp: LookUp): Promise<{ address: string; family: 4 | 6 }[]> {
  if (ipaddr.isValid(name)) return [{ address: name, family: name.includes(':') ? 6 : 4 }];
  const found = await withTimeout(lookUp(name), name).catch((cause: unknown) => {
    throw lookupFailure(name, cause);
  });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

async function withTimeout<T>(promise: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(name)), lookupTimeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

function lookupFailure(name: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return (cause as { code?: string } | null)?.code === 'EAI_AGAIN' ? noAnswer(name, cause) : unknownHost(name, cause);
}

function unknownHost(name: string, cause?: unknown): AppError {
  return new AppError('host_unknown', `There is no host named "${name}". Check its spelling.`, {
    cause,
    field: 'host',
  });
}

function noAnswer(name: string, cause?: unknown): AppError {
  return new AppError(
    'host_unreachable',
    `The name service does not answer for "${name}". Check the name; if it is right, try again later.`,
    { cause, field: 'host' },
  );
}

function refuseOurs(name: string, text: string, allowed: Range[]): void {
  // `process` turns an IPv4 address that was dressed as IPv6 (::ffff:10.0.0.1) back into what is connected to.
  const address = ipaddr.process(text);
  if (isPublic(address)) return;
  if (allowed.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))) return;
  // Whoever names a host learns nothing about the network behind it: what a name stands for is for the log alone.
  const isNamed = name !== text;
  const which = isNamed
    ? `"${name}" is not a public address`
    : `The address ${text} is not a public address (${describe(address)})`;
  throw new AppError(
    'egress_blocked',
    `${which}, and connections into private networks are blocked here. Whoever runs this installation can allow it in CQA_EGRESS_ALLOW.`,
    { field: 'host', ...(isNamed ? { cause: new Error(`${name} is ${text} (${describe(address)})`) } : {}) },
  );
}

/** Of IPv6 only 2000::/3 is given out to anybody; elsewhere lie old ways of dressing IPv4 addresses (`::127.0.0.1`). */
const publicIPv6 = ipaddr.parseCIDR('2000::/3');

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || metadataServices.has(address.toString())) return false;
  return address.kind() === 'ipv4' || address.match(publicIPv6);
}

const rangeNames: Record<string, string> = {
  loopback: 'this machine itself',
  private: 'a private network',
  uniqueLocal: 'a private network',
  linkLocal: 'link-local, where cloud metadata services live',
  carrierGradeNat: 'a carrier network',
  unspecified: 'no address at all',
  multicast: 'multicast',
  broadcast: 'broadcast',
};

function describe(address: Address): string {
  if (metadataServices.has(address.toString())) return 'a cloud metadata service';
  return rangeNames[address.range()] ?? 'reserved';
}
