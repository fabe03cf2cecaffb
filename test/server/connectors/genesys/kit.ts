import { DateTime } from 'luxon';
import type { ConnectorContext, SourceItem, SourceSession } from '../../../../server/connectors/connector.ts';
import type { ApiOptions } from '../../../../server/connectors/genesys/api.ts';
import { type GenesysConfig, genesysConfigSchema } from '../../../../server/connectors/genesys/config.ts';
import { openSource } from '../../../../server/connectors/genesys/source.ts';
import { contextOf } from '../contract-kit.ts';
import { zone } from './conversations.ts';
import { type GenesysSystem, startGenesys } from './fixture.ts';

type Json = Record<string, unknown>;

/** A system for the tests of one file, emptied after each. */
export function genesysForTests(): () => GenesysSystem {
  let system: GenesysSystem;
  beforeEach(async () => {
    system = await startGenesys();
  });
  afterEach(() => system.stop());
  return () => system;
}

export function parsed(config: Json): GenesysConfig {
  return genesysConfigSchema.parse(config);
}

/** A source that does not wait long for jobs and batches. */
export function open(
  config: Json,
  more: Partial<ConnectorContext> = {},
  options: ApiOptions = {},
): Promise<SourceSession> {
  return openSource(parsed(config), contextOf(more), { pollMs: 2, ...options });
}

/** Noon on the calendar of the tests' zone. */
export function noonDaysAgo(days: number): Date {
  return DateTime.now().setZone(zone).startOf('day').minus({ days }).plus({ hours: 12 }).toJSDate();
}

export function dayKey(days: number): string {
  return DateTime.now().setZone(zone).minus({ days }).toISODate() ?? '';
}

export function minutesAfter(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000);
}

export async function listed(source: SourceSession, range?: { from: Date; to: Date }): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of source.list(range ? { range } : {})) items.push(item);
  return items;
}

/** The rows of one day. */
export async function rowsOf(source: SourceSession, key: string, version = 'closed'): Promise<Json[]> {
  const parts: Buffer[] = [];
  for await (const bytes of await source.read({ key, version, size: undefined, readiness: 'ready' }))
    parts.push(Buffer.from(bytes));
  const lines = Buffer.concat(parts).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Json);
}

export function idsOf(rows: Json[]): unknown[] {
  return rows.map(({ external_interaction_id }) => external_interaction_id);
}

export async function bytesOf(source: SourceSession, path: string, itemKey = dayKey(0)): Promise<Buffer> {
  if (!source.recording) throw new Error('there are no recordings');
  const parts: Buffer[] = [];
  for await (const bytes of await source.recording({ path, itemKey })) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}
