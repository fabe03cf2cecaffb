import { AppError } from '../../../shared/error.ts';
import { notConfigured } from '../../email/mailer.ts';
import { mailWays } from '../../reports/links.ts';
import type { Services } from '../../services.ts';

/** What the links in mails of this installation are, in words. */
export interface MailLinks {
  message: string;
  /** What of it somebody should look at; it stands in the message too. Null: nothing. */
  warning: string | null;
}

/** A storage that cannot be asked at the moment is told as that. */
export async function mailLinks(services: Services): Promise<MailLinks> {
  const ways = mailWays(services);
  if (!ways.mailer) return warned(notConfigured);
  try {
    const { message, warning = null } = await ways.links();
    return { message, warning };
  } catch (thrown) {
    const { message } = AppError.from(thrown, 'the storage');
    return warned(`What links in mails would be could not be found out: ${message}`);
  }
}

function warned(message: string): MailLinks {
  return { message, warning: message };
}
