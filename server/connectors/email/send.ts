import { AppError } from '../../../shared/error.ts';
import { type Mailer, notConfigured } from '../../email/mailer.ts';
import { type LinkedReport, reportMail, requireFewLinks } from '../../reports/mail.ts';
import type { ConnectorContext, Receipt } from '../connector.ts';
import type { EmailConfig } from './config.ts';

/** One mail with all the links. Throws `invalid` where they are too many, and what `Mailer.send` does. */
export async function sendReport(
  { address }: EmailConfig,
  report: LinkedReport,
  { mail, signal }: ConnectorContext,
): Promise<Receipt> {
  const mailer = requireMailer(mail?.mailer);
  requireFewLinks(report.files.length);
  await mailer.send({ ...reportMail(report), to: [address] }, signal);
  return { location: address, byteSize: report.files.reduce((sum, { byteSize }) => sum + byteSize, 0) };
}

/** Throws `setting_invalid` where this installation sends no mails. */
export function requireMailer(mailer: Mailer | undefined): Mailer {
  if (mailer) return mailer;
  throw new AppError('setting_invalid', notConfigured);
}
