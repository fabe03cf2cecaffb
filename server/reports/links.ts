import type { ReportPart } from '../../db/queries/reports.ts';
import { type Mailer, openMailer } from '../email/mailer.ts';
import { reportLink, reportLinkMs } from '../security/tickets.ts';
import type { Services } from '../services.ts';

type Needed = Pick<Services, 'config' | 'keyring' | 'storage'>;

/** Whose links they are: each destination has copies of its own, which go with them. */
export interface LinkOwner {
  accountId: number;
  connectorId: number;
}

/** What links that are made now are. */
export interface LinkTerms {
  /** Who answers them: the storage, from plain copies of the files, or this program. */
  by: 'program' | 'storage';
  from: Date;
  until: Date;
}

/** What sends mails, and what the links in them are. */
export interface MailWays {
  /** Undefined where this installation sends none. */
  mailer: Mailer | undefined;
  /** In words, who answers the links and for how long; `warning`: somebody should look at it. */
  links(): Promise<{ message: string; warning?: string }>;
}

/** What sends mails from this installation, and what the links in them are. */
export function mailWays(services: Needed): MailWays {
  return { mailer: openMailer(services.config), links: () => describeLinks(services) };
}

/** Good for seven days: by the storage where it can hand files out for so long, else by this program. */
export async function linkTerms({ storage }: Needed, now: Date): Promise<LinkTerms> {
  const facts = await storage.links?.facts();
  return { by: facts?.isLasting ? 'storage' : 'program', from: now, until: new Date(now.getTime() + reportLinkMs) };
}

/** Addresses, in the parts' order, at which anybody who has them can fetch these files. */
export async function makeLinks(
  services: Needed,
  parts: readonly ReportPart[],
  owner: LinkOwner,
  { by, from: now }: LinkTerms,
): Promise<string[]> {
  const { storage } = services;
  if (by === 'program' || !storage.links) return parts.map((part) => ownLink(services, part, owner, now));
  const addresses: string[] = [];
  for (const part of parts) {
    const { fileName, byteSize, storageKey } = part;
    const file = { fileName, contentType: typeOf(fileName), byteSize, seconds: reportLinkMs / 1000, now };
    addresses.push(await storage.links.publish(copyKey(part, owner), await storage.read(storageKey), file));
  }
  return addresses;
}

/** Takes the storage's copies away again; links to them that somebody has got end. */
export async function removeCopies(
  { storage }: Pick<Services, 'storage'>,
  parts: readonly Pick<ReportPart, 'id' | 'fileName'>[],
  owner: LinkOwner,
): Promise<void> {
  for (const part of parts) await storage.remove(copyKey(part, owner));
}

function ownLink({ keyring, config }: Needed, { id }: ReportPart, { accountId }: LinkOwner, now: Date): string {
  return `${config.publicUrl}${reportLink(keyring, { accountId, partId: id }, now.getTime())}`;
}

function copyKey({ id, fileName }: Pick<ReportPart, 'id' | 'fileName'>, { accountId, connectorId }: LinkOwner): string {
  return `report-links/${accountId}/${id}/${connectorId}/${fileName}`;
}

const types: Record<string, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

function typeOf(fileName: string): string {
  return types[fileName.slice(fileName.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

async function describeLinks({ config, storage }: Needed): Promise<{ message: string; warning?: string }> {
  const facts = await storage.links?.facts();
  const origin = facts?.isLasting ? facts.origin : new URL(config.publicUrl).origin;
  const warnings = [
    facts?.isLasting === false &&
      "The storage's credentials are temporary, and links that they sign would end before the seven days. So this program answers the links itself: whoever gets a mail must reach it there (PUBLIC_URL). Credentials of an IAM user would have the bucket answer them.",
    isOnlyHere(origin) && `Nobody on another machine can open them: ${settingFor(facts?.isLasting, origin)}`,
  ].filter((text) => text !== false);
  const message = [`Links in mails lead to ${origin} and are good for seven days.`, ...warnings].join(' ');
  return { message, ...(warnings.length > 0 ? { warning: warnings.join(' ') } : {}) };
}

function settingFor(byStorage: boolean | undefined, origin: string): string {
  return byStorage
    ? `${origin} is this machine alone. Say ?links=own in STORAGE_URL, and set PUBLIC_URL to where browsers reach this program.`
    : 'set PUBLIC_URL to where browsers reach this program.';
}

function isOnlyHere(origin: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(new URL(origin).hostname);
}
