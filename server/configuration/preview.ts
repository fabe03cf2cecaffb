import { connectorInputSchema } from '../../shared/connector.ts';
import { uidSchema } from '../../shared/id.ts';
import { getAccountById } from '../accounts/account.ts';
import { connectorType } from '../connectors/registry.ts';
import { parseInput } from '../parse-input.ts';
import { accountContext } from '../pipeline/connector-context.ts';
import { type Preview, previewRows } from '../pipeline/preview.ts';
import type { Services } from '../services.ts';
import { previewStream } from '../stream/preview.ts';
import { connectorRow } from './connectors.ts';
import { mergedConfig, requireFit } from './connectors-config.ts';

/** A preview that has not ended by then is ended by us. */
const previewTimeoutMs = 60_000;

/** What a form holds; with the uid of the connector being edited, its kept secrets fill what the form left empty. */
export const unsavedSchema = connectorInputSchema
  .pick({ type: true, direction: true, config: true })
  .extend({ uid: uidSchema.optional() });

/** The first rows that an import with this configuration would read, of a stream the newest events, before anything is saved. */
export async function previewConfig(services: Services, accountId: number, input: unknown): Promise<Preview> {
  const { type: typeId, direction, config: given, uid } = parseInput(unsavedSchema, input);
  const type = connectorType(typeId);
  const row = uid ? await connectorRow(services, accountId, uid) : null;
  requireFit(type, { direction }, row);
  const config = mergedConfig(services, type, { config: given, direction }, row);
  const { timezone } = await getAccountById(services, accountId);
  const signal = AbortSignal.timeout(previewTimeoutMs);
  const context = accountContext(services, { accountId, timezone }, signal);
  const stream = type.stream?.(config);
  return await (stream ? previewStream(stream, config, context) : previewRows(type, config, context));
}
