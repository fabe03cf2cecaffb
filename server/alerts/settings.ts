import {
  type AlertSettings,
  alertSettingsSchema,
  type JobAlerts,
  type ShownAlertSettings,
  type ShownJobAlerts,
} from '../../shared/alert.ts';
import { AppError } from '../../shared/error.ts';
import type { Keyring } from '../security/seal.ts';

/** What holds until somebody says otherwise: everything would be told, and nobody is named yet. */
export const defaultSettings: AlertSettings = alertSettingsSchema.parse({});

/** Whom a job's alerts are told to; undefined: nobody. */
export function settingsFor(job: JobAlerts | undefined, account: AlertSettings | undefined): AlertSettings | undefined {
  if (job === 'off') return undefined;
  return job ?? account ?? defaultSettings;
}

/**
 * Settings as they are stored. A secret that is absent is kept while the address is the same. Throws `invalid` where
 * the address is another one: whoever changes it must know the secret.
 */
export function sealedSettings(
  keyring: Keyring,
  settings: AlertSettings,
  before: AlertSettings | undefined,
): AlertSettings {
  const { webhook, ...others } = settings;
  if (!webhook) return others;
  const kept = before?.webhook?.secret;
  if (webhook.secret !== undefined)
    return { ...others, webhook: { url: webhook.url, secret: keptIfSame(keyring, kept, webhook.secret) } };
  if (kept === undefined) return { ...others, webhook };
  if (before?.webhook?.url !== webhook.url)
    throw new AppError(
      'invalid',
      'The webhook’s address has changed, and the secret that was kept is for the old one. Enter a secret for the new address.',
      { field: 'webhook.secret' },
    );
  return { ...others, webhook: { url: webhook.url, secret: kept } };
}

/** Sealing gives another text each time; the same secret must not look like a change. */
function keptIfSame(keyring: Keyring, kept: string | undefined, secret: string): string {
  return kept !== undefined && keyring.open(kept) === secret ? kept : keyring.seal(secret);
}

/** The same for a job, which may have none. */
export function sealedJobAlerts(
  keyring: Keyring,
  alerts: JobAlerts | undefined,
  before: JobAlerts | null | undefined,
): JobAlerts | null {
  if (alerts === undefined || alerts === 'off') return alerts ?? null;
  return sealedSettings(keyring, alerts, before === 'off' || !before ? undefined : before);
}

export function shownSettings({ webhook, ...others }: AlertSettings): ShownAlertSettings {
  return { ...others, ...(webhook && { webhook: { url: webhook.url, has_secret: webhook.secret !== undefined } }) };
}

export function shownJobAlerts(alerts: JobAlerts | null): ShownJobAlerts | null {
  return alerts === null || alerts === 'off' ? alerts : shownSettings(alerts);
}

/** As YAML has them: without the secret, which to `apply` means "keep". */
export function exportedAlerts(alerts: ShownJobAlerts): JobAlerts {
  if (alerts === 'off') return alerts;
  const { webhook, ...others } = alerts;
  return { ...others, ...(webhook && { webhook: { url: webhook.url } }) };
}
