import { mailDomains as domainsOf, type MailDomains } from '../../accounts/mail-domains.ts';
import { admin } from '../trpc.ts';

export const mailDomains = admin.query(({ ctx }): Promise<MailDomains> => {
  return domainsOf(ctx.services, ctx.session.accountId);
});
