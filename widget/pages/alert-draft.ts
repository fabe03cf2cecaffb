import {
  type AlertKind,
  type AlertSettings,
  alertKinds,
  type JobAlerts,
  type ShownAlertSettings,
  type ShownJobAlerts,
} from '../../shared/alert.ts';
import { withChanges } from '../form/values.ts';

/** What the form of alert settings holds. */
export interface AlertDraft {
  kinds: AlertKind[];
  recovery: boolean;
  /** As typed: one a line, or with commas. */
  emails: string;
  url: string;
  /** Typed now; empty keeps the one that is saved. */
  secret: string;
  hasSecret: boolean;
}

export const emptyAlertDraft: AlertDraft = {
  ...{ kinds: [...alertKinds], recovery: true, emails: '' },
  ...{ url: '', secret: '', hasSecret: false },
};

export function alertDraftOf({ kinds, recovery, emails, webhook }: ShownAlertSettings): AlertDraft {
  return {
    ...{ kinds: [...kinds], recovery, emails: emails.join('\n') },
    ...{ url: webhook?.url ?? '', secret: '', hasSecret: webhook?.has_secret ?? false },
  };
}

/** The settings as the server takes them. */
export function alertSettingsOf({ kinds, recovery, emails, url, secret }: AlertDraft): AlertSettings {
  return {
    ...{ kinds, recovery, emails: emailsIn(emails) },
    ...(url.trim() !== '' && { webhook: { url: url.trim(), ...(secret !== '' && { secret }) } }),
  };
}

export function namesNobody({ emails, url }: Pick<AlertDraft, 'emails' | 'url'>): boolean {
  return emails.trim() === '' && url.trim() === '';
}

function emailsIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== '');
}

/** Who is told of a job's ends: whom the account says, its own, or nobody. */
export interface AlertChoice {
  alertsOf: 'account' | 'own' | 'off';
  /** Its own; they stay as they were typed while another is chosen. */
  alerts: AlertDraft;
}

export function alertChoiceOf(alerts: ShownJobAlerts | null): AlertChoice {
  if (alerts === null || alerts === 'off')
    return { alertsOf: alerts === null ? 'account' : 'off', alerts: emptyAlertDraft };
  return { alertsOf: 'own', alerts: alertDraftOf(alerts) };
}

/** As the server takes them; undefined: the account's. */
export function jobAlertsOf({ alertsOf, alerts }: AlertChoice): JobAlerts | undefined {
  if (alertsOf === 'account') return undefined;
  return alertsOf === 'own' ? alertSettingsOf(alerts) : 'off';
}

/** What is there now, with what was changed in the form since it was `before`. */
export function choiceWithChanges<T extends AlertChoice>(now: T, mine: T, before: T): T {
  return { ...withChanges(now, mine, before), alerts: withChanges(now.alerts, mine.alerts, before.alerts) };
}
