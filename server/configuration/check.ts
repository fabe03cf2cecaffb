import { modelsOf } from '../../db/models/models.ts';
import { rememberHostKey } from '../../db/queries/connectors.ts';
import type { CheckResult, CheckStep, Direction } from '../../shared/connector.ts';
import { AppError } from '../../shared/error.ts';
import { getAccountById } from '../accounts/account.ts';
import type { ConnectorType } from '../connectors/connector.ts';
import { connectorType } from '../connectors/registry.ts';
import { joinSecrets, openSecrets } from '../connectors/secrets.ts';
import { parseInput } from '../parse-input.ts';
import { accountContext } from '../pipeline/connector-context.ts';
import type { Services } from '../services.ts';
import { connectorRow } from './connectors.ts';
import { mergedConfig, requireFit } from './connectors-config.ts';
import { unsavedSchema } from './preview.ts';

/** A check that has not ended by then is ended by us. */
const checkTimeoutMs = 60_000;

/**
 * Tries a saved connector, remembers the result for its card, and pins the host key that a good check has shown. `from`:
 * who tries it in the place of the running program, whose environment may allow something else.
 */
export async function checkConnector(
  services: Services,
  accountId: number,
  uid: string,
  from?: string,
): Promise<CheckResult> {
  const row = await connectorRow(services, accountId, uid);
  const type = connectorType(row.type);
  const secrets = openSecrets(services.keyring, row.sealed_secrets);
  const config = type.config.parse(joinSecrets(row.config, secrets));
  const checked = await runCheck(services, accountId, type, config, row.direction);
  const result: CheckResult = from === undefined ? checked : { ...checked, checked_from: from };
  await (await modelsOf(services.database)).Connector.update(
    { last_check: result },
    { where: { id: row.id, account_id: accountId } },
  );
  if (result.ok && typeof result.details.host_key === 'string')
    await rememberHostKey(services.database.pool, accountId, row.id, result.details.host_key);
  return result;
}

/** Tries what a form holds before it is saved. A key pair is made by saving alone, so without one it ends at the sign-in. */
export async function checkConfig(services: Services, accountId: number, input: unknown): Promise<CheckResult> {
  const { type: typeId, direction, config: given, uid } = parseInput(unsavedSchema, input);
  const type = connectorType(typeId);
  const row = uid ? await connectorRow(services, accountId, uid) : null;
  requireFit(type, { direction }, row);
  const config = mergedConfig(services, type, { config: given, direction }, row);
  return runCheck(services, accountId, type, config, direction);
}

async function runCheck(
  services: Services,
  accountId: number,
  type: ConnectorType,
  config: unknown,
  direction: Direction,
): Promise<CheckResult> {
  const steps: CheckStep[] = [];
  const { timezone } = await getAccountById(services, accountId);
  const context = accountContext(services, { accountId, timezone }, AbortSignal.timeout(checkTimeoutMs));
  try {
    for await (const step of type.check(config, direction, context)) steps.push(step);
  } catch (thrown) {
    const error = context.signal.aborted ? tooLong() : AppError.from(thrown, `the check of ${type.title}`);
    if (error.code === 'internal') services.log.error({ err: error.cause }, 'connector check failed');
    steps.push({ name: 'reach', title: 'Test connection', ok: false, message: error.message });
  }
  const failed = steps.find((step) => !step.ok);
  return {
    ok: !failed,
    message: failed?.message ?? 'Everything works: the connection can be used.',
    steps,
    checked_at: new Date().toISOString(),
    details: Object.assign({}, ...steps.map((step) => step.details ?? {})),
  };
}

function tooLong(): AppError {
  const seconds = checkTimeoutMs / 1000;
  return new AppError(
    'host_timeout',
    `The test was not done after ${seconds} s and was ended. Where an import is running, it may have used up what the other side allows in a minute: test again in a minute.`,
  );
}
