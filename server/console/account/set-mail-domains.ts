import { z } from 'zod';
import { mailDomainsSchema } from '../../accounts/accounts.ts';
import { type MailDomains, saveMailDomains } from '../../accounts/mail-domains.ts';
import { versionSchema } from '../../version.ts';
import { admin } from '../trpc.ts';

const inputSchema = z.strictObject({ domains: mailDomainsSchema, version: versionSchema });

/** All of them at once; none: no report is mailed to anybody. */
export const setMailDomains = admin.input(inputSchema).mutation(({ ctx, input }): Promise<MailDomains> => {
  return saveMailDomains(ctx.services, ctx.session.accountId, input.domains, input.version);
});
