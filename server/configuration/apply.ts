import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import { printable } from '../../shared/name.ts';
import { saveAlerts } from '../alerts/save.ts';
import type { Change } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import { saveMetadataField } from '../quality/metadata-fields.ts';
import { saveProfile } from '../quality/profiles.ts';
import { saveRule } from '../quality/rules.ts';
import type { Services } from '../services.ts';
import { saveConnector } from './connectors.ts';
import { substitute } from './environment.ts';
import { saveJob } from './jobs-save.ts';
import { saveSharedFilter } from './shared-filters.ts';

/** Each entry is checked by its own schema when it is saved, so that an error names the entry and not the document. */
const documentSchema = z.strictObject({
  connectors: z.array(z.looseObject({ name: z.string() })).default([]),
  quality_profiles: z.array(z.looseObject({ name: z.string() })).default([]),
  assignment_rules: z.array(z.looseObject({ name: z.string() })).default([]),
  metadata_fields: z.array(z.looseObject({ cqa_key: z.string() })).default([]),
  saved_filters: z.array(z.looseObject({ name: z.string() })).default([]),
  jobs: z.array(z.looseObject({ name: z.string() })).default([]),
  alerts: z.looseObject({}).optional(),
});
type Document = z.output<typeof documentSchema>;

export interface Applied {
  created: string[];
  updated: string[];
  unchanged: string[];
  /** What somebody should know although it was done; absent where there is nothing. */
  remarks?: string[];
}

/** A YAML document with the environment's values in it. Throws `invalid` with the line, or the place, at fault. */
export function readConfiguration(text: string, environment: NodeJS.ProcessEnv): Document {
  try {
    return parseInput(documentSchema, substitute(parse(text, { merge: true }) ?? {}, environment));
  } catch (error) {
    if (error instanceof YAMLParseError)
      throw new AppError('invalid', `This is not YAML: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Brings the account's configuration in line with the document; what the document does not name stays. Everything is
 * checked before anything is written.
 */
export async function apply(
  services: Services,
  accountId: number,
  document: Document,
  { by, dryRun = false }: { by: string; dryRun?: boolean },
): Promise<Applied> {
  const planned = await pass(services, accountId, document, by, true);
  return dryRun ? planned : pass(services, accountId, document, by, false);
}

async function pass(
  services: Services,
  accountId: number,
  document: Document,
  by: string,
  dryRun: boolean,
): Promise<Applied> {
  const applied: Applied = { created: [], updated: [], unchanged: [] };
  const note = async (thing: string, save: () => Promise<Change>) => {
    const label = printable(thing);
    applied[await named(label, save)].push(label);
  };
  const alsoKnown = document.quality_profiles.map((profile) => profile.name);

  for (const field of document.metadata_fields)
    await note(`metadata field ${field.cqa_key}`, () => saveMetadataField(services, accountId, field, { dryRun }));
  for (const profile of document.quality_profiles)
    await note(`quality profile ${profile.name}`, () => saveProfile(services, accountId, profile, { dryRun }));
  for (const rule of document.assignment_rules)
    await note(`assignment rule ${rule.name}`, () => saveRule(services, accountId, rule, { dryRun, alsoKnown }));
  for (const connector of document.connectors)
    await note(
      `connector ${connector.name}`,
      async () => (await saveConnector(services, accountId, connector, { by, dryRun })).change,
    );
  for (const filter of document.saved_filters)
    await note(`saved filter ${filter.name}`, () =>
      saveSharedFilter(services, accountId, filter, { dryRun, alsoKnown: dryRun ? alsoKnown : [] }),
    );
  const reportAlsoKnows = dryRun
    ? { profiles: alsoKnown, savedFilters: document.saved_filters.map(({ name }) => name) }
    : undefined;
  for (const job of document.jobs)
    await note(`job ${job.name}`, async () => {
      const { change, remark } = await saveJob(services, accountId, job, {
        ...{ by, dryRun, reportAlsoKnows, mayBeOver: true },
        ...(dryRun ? { alsoKnown: document.connectors } : {}),
      });
      if (remark)
        applied.remarks = [...(applied.remarks ?? []), printable(`job ${job.name} has no due time: ${remark}`)];
      return change;
    });
  const { alerts } = document;
  if (alerts) await note('alerts', () => saveAlerts(services, accountId, alerts, { dryRun }));
  return applied;
}

async function named(label: string, save: () => Promise<Change>): Promise<Change> {
  try {
    return await save();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${label}: ${error.message}`, {
      cause: error,
      ...(error.field ? { field: error.field } : {}),
    });
  }
}
