import type { Config } from '../config.ts';

/** One mail, in both forms; a program shows the one that it can. */
export interface Mail {
  to: string[];
  subject: string;
  text: string;
  html: string;
}

export interface Mailer {
  /** The sender. */
  from: string;
  /**
   * Sends it by Amazon SES; gives SES's message id. Throws `email_refused`, `sign_in_refused`, `setting_invalid`
   * (somebody has to mend it), `rate_limited`, `host_unreachable`, `host_timeout`, `http_unavailable` (it passes).
   */
  send(mail: Mail, signal?: AbortSignal): Promise<string>;
}

/** Where SES is and how to sign in there; what is absent is found as the AWS SDK finds it. */
export interface SesSettings {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Undefined where CQA_EMAIL_FROM is not set: nothing can be sent then. */
export function openMailer({ emailFrom }: Pick<Config, 'emailFrom'>, settings: SesSettings = {}): Mailer | undefined {
  if (emailFrom === undefined) return undefined;
  let opening: Promise<Mailer['send']> | undefined;
  return {
    from: emailFrom,
    async send(mail, signal) {
      // The SDK is loaded by whoever sends, and by nobody else.
      opening ??= import('./ses.ts').then(({ openSes }) => openSes(emailFrom, settings));
      return (await opening)(mail, signal);
    },
  };
}

export const notConfigured =
  'Email is not configured on this installation, so nothing can be sent. Whoever runs it sets CQA_EMAIL_FROM to an address that Amazon SES has verified.';
