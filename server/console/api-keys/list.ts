import { defaultLimits } from '../../../shared/api-key.ts';
import { getAccountById } from '../../accounts/account.ts';
import { type ApiKeyView, listApiKeys } from '../../accounts/api-keys.ts';
import { adminOfConsole } from '../trpc.ts';

/** What somebody needs who is going to call the Standard API. */
export interface ApiAccess {
  account_id: string;
  /** `0190…9a1b` */
  masked_account_id: string;
  /** What every path of the account begins with. */
  base_url: string;
  docs_url: string;
  token_url: string;
  /** Calls a minute, and conversations in a period; null: there is no cap. */
  limits: {
    ingest_per_minute: number;
    read_per_minute: number;
    daily_cap: number | null;
    weekly_cap: number | null;
    monthly_cap: number | null;
  };
  webhooks_enabled: boolean;
  keys: ApiKeyView[];
}

export const list = adminOfConsole.query(async ({ ctx }): Promise<ApiAccess> => {
  const { accountId } = ctx.session;
  const { publicUrl } = ctx.services.config;
  const { uid, limits, webhooksEnabled } = await getAccountById(ctx.services, accountId);
  return {
    account_id: uid,
    masked_account_id: `${uid.slice(0, 4)}…${uid.slice(-4)}`,
    base_url: `${publicUrl}/cqa/api/v1/accounts/${uid}`,
    docs_url: `${publicUrl}/cqa/api/docs`,
    token_url: `${publicUrl}/oauth/token`,
    limits: {
      ingest_per_minute: limits.ingestPerMinute ?? defaultLimits.ingest,
      read_per_minute: limits.readPerMinute ?? defaultLimits.read,
      daily_cap: limits.dailyCap,
      weekly_cap: limits.weeklyCap,
      monthly_cap: limits.monthlyCap,
    },
    webhooks_enabled: webhooksEnabled,
    keys: await listApiKeys(ctx.services, accountId),
  };
});
