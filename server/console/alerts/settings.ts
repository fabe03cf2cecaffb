import { readAccountAlerts } from '../../../db/queries/alert-audience.ts';
import { listNotices, type NoticeShown } from '../../../db/queries/alert-notices.ts';
import type { ShownAlertSettings } from '../../../shared/alert.ts';
import { getAccountById } from '../../accounts/account.ts';
import { alertsVersion } from '../../alerts/save.ts';
import { defaultSettings, shownSettings } from '../../alerts/settings.ts';
import { adminOfConsole } from '../trpc.ts';

export interface AlertSettingsView {
  settings: ShownAlertSettings;
  /** Comes back with what a form saves. */
  version: string;
  /** Who mails come from; null: email is not configured on this installation. */
  email_from: string | null;
  /** False: webhooks are switched off for this account, also those about alerts. */
  webhooks_enabled: boolean;
  /** Newest first. */
  mails: NoticeShown[];
}

/** Who is told of alerts, and what became of the newest mails. */
export const settings = adminOfConsole.query(async ({ ctx }): Promise<AlertSettingsView> => {
  const { accountId } = ctx.session;
  const { database, config } = ctx.services;
  const stored = await readAccountAlerts(database.pool, accountId);
  return {
    settings: shownSettings(stored ?? defaultSettings),
    version: alertsVersion(stored),
    email_from: config.emailFrom ?? null,
    webhooks_enabled: (await getAccountById(ctx.services, accountId)).webhooksEnabled,
    mails: await listNotices(database.pool, accountId),
  };
});
