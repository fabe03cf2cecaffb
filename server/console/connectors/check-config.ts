import { type CheckResult, connectorInputSchema } from '../../../shared/connector.ts';
import { uidSchema } from '../../../shared/id.ts';
import { checkConfig as checkUnsaved } from '../../configuration/check.ts';
import { adminOfConsole } from '../trpc.ts';

/** With the uid of the connector being edited, its kept secrets fill what the form left empty. */
const inputSchema = connectorInputSchema
  .pick({ type: true, direction: true, config: true })
  .extend({ uid: uidSchema.optional() });

/** Test connection in the form, before anything is saved. */
export const checkConfig = adminOfConsole.input(inputSchema).mutation(({ ctx, input }): Promise<CheckResult> => {
  return checkUnsaved(ctx.services, ctx.session.accountId, input);
});
