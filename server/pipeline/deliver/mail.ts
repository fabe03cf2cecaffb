import { forgetCopies, noteCopies } from '../../../db/queries/report-copies.ts';
import type { ReportPart } from '../../../db/queries/reports.ts';
import { AppError, errorCodes } from '../../../shared/error.ts';
import { pausesWhileAway } from '../../backoff.ts';
import type { Receipt } from '../../connectors/connector.ts';
import { mayHaveBeenSent } from '../../email/failure.ts';
import { type LinkOwner, linkTerms, makeLinks, removeCopies } from '../../reports/links.ts';
import { type LinkedFile, type LinkedReport, minuteInWords, requireFewLinks } from '../../reports/mail.ts';
import { counted } from '../../words.ts';
import { fencedBy } from '../../worker/fenced.ts';
import { workContext } from '../connector-context.ts';
import type { ExecutionRun } from '../run.ts';
import { type Attempted, attempted, requireLease } from './attempts.ts';
import { type Destination, type DestinationResult, keepResult, requireEnabled } from './destination.ts';

/** What a mail says of its report. */
export type ReportAbout = Pick<LinkedReport, 'name' | 'accountName' | 'timezone' | 'period' | 'rows'>;

export interface MailOptions {
  about: () => Promise<ReportAbout>;
  now: () => Date;
}

/**
 * Sends one mail with a link for each part. That it was sent is kept right after: only a program that is killed in between
 * sends it a second time. Where SES's answer does not come it may have been sent, so that it is tried once more and no oftener.
 */
export async function deliverMail(
  destination: Destination,
  parts: readonly ReportPart[],
  options: MailOptions,
): Promise<DestinationResult> {
  const { run, connector } = destination;
  const owner = { accountId: run.accountId, connectorId: connector.id };
  const mail: MailAttempt = { ...options, owner, unanswered: 0 };
  try {
    const outcome = await attemptMail(destination, parts, mail);
    const failure = 'failure' in outcome ? outcome.failure : undefined;
    // Where it may pass, a retry makes the same copies again.
    if (failure && errorCodes[failure.code].kind === 'config') await takeBack(run, parts, mail);
    return { name: connector.name, failure };
  } catch (thrown) {
    if (isCancelled(run.signal)) await takeBack(run, parts, mail);
    throw thrown;
  }
}

interface MailAttempt extends MailOptions {
  owner: LinkOwner;
  /** How often it may have been sent without anybody saying so. */
  unanswered: number;
  /** Whose the storage's copies are: this run's alone, or of one before it too; undefined while it has none. */
  copies?: 'own' | 'earlier';
}

async function attemptMail(
  destination: Destination,
  parts: readonly ReportPart[],
  mail: MailAttempt,
): Promise<Attempted<SentMail>> {
  const { run, connector, backoffMs = pausesWhileAway(run) } = destination;
  const what = `The mail with ${counted(parts.length, 'link')}`;
  const outcome = await attempted(run, { what, destination: connector.name, backoffMs }, () =>
    send(destination, parts, mail),
  );
  await keepResult(destination, parts, 'receipt' in outcome ? outcome.receipt : outcome);
  if ('receipt' in outcome) run.log('info', sentWords(what, outcome.receipt, connector.timezone));
  return outcome;
}

/** What it failed with; once it may have been sent twice, that it is not tried again. */
function answered(thrown: unknown, mail: MailAttempt): unknown {
  if (!(thrown instanceof AppError) || !mayHaveBeenSent(thrown) || ++mail.unanswered < 2) return thrown;
  const words =
    'Twice no answer came from Amazon SES, so the mail may have been sent. Look whether it has come before you retry.';
  return new AppError('email_refused', words, { cause: thrown });
}

function sentWords(what: string, { location, linksUntil }: SentMail, zone: string): string {
  return `${what} sent to ${location}; good until ${minuteInWords(new Date(linksUntil), zone)}.`;
}

interface SentMail extends Receipt {
  linksUntil: string;
}

async function send(
  { run, connector, bytes }: Destination,
  parts: readonly ReportPart[],
  mail: MailAttempt,
): Promise<SentMail> {
  requireEnabled(connector);
  requireParts(parts);
  requireFewLinks(parts.length);
  const { type, config } = connector;
  if (!type.mail) throw new AppError('internal', `${type.id} sends no mails.`);
  const terms = await linkTerms(run.services, mail.now());
  if (terms.by === 'storage') await noteOwnCopies(run, parts, mail, terms.until);
  const addresses = await makeLinks(run.services, parts, mail.owner, terms);
  const report = { ...(await mail.about()), files: filesOf(parts, addresses), linksUntil: terms.until };
  // Making copies may have taken long.
  await requireLease(run);
  const sent = type.mail(config, report, workContext(run.services, connector, run.signal));
  const receipt = await sent.catch((thrown: unknown) => {
    // Nobody has waited for the answer.
    if (run.signal.aborted) mail.unanswered++;
    throw answered(thrown, mail);
  });
  bytes.delivery(receipt.byteSize).arrived();
  return { ...receipt, linksUntil: terms.until.toISOString() };
}

/** Before the first is there: whatever becomes of the run, they are removed when their links end. Throws `lease_lost`. */
async function noteOwnCopies(
  { services, work, accountId }: ExecutionRun,
  parts: readonly ReportPart[],
  mail: MailAttempt,
  until: Date,
): Promise<void> {
  const place = { partIds: parts.map(({ id }) => id), connectorId: mail.owner.connectorId };
  await fencedBy(
    services,
    work,
  )(async (connection) => {
    const hadCopies = await noteCopies(connection, accountId, place, until);
    mail.copies ??= hadCopies ? 'earlier' : 'own';
  });
}

function requireParts(parts: readonly ReportPart[]): void {
  if (parts.length > 0) return;
  throw new AppError(
    'invalid',
    'This report was made before its job had this destination, so it has no files for a mail. Run the job again.',
  );
}

function filesOf(parts: readonly ReportPart[], addresses: readonly string[]): LinkedFile[] {
  return parts.map(({ fileName, rowCount, byteSize }, index) => ({
    ...{ fileName, rows: rowCount, byteSize },
    address: addresses[index] ?? '',
  }));
}

/** Not where the lease was lost or the program ends: somebody goes on with the same mail then. */
function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof AppError && reason.code === 'cancelled';
}

/** The links of a mail that may have come, now or by a run before this one, stay good. What it failed with is what is told. */
async function takeBack(
  { services, accountId }: ExecutionRun,
  parts: readonly ReportPart[],
  { owner, unanswered, copies }: MailAttempt,
): Promise<void> {
  if (unanswered > 0 || copies !== 'own') return;
  const place = { partIds: parts.map(({ id }) => id), connectorId: owner.connectorId };
  try {
    await removeCopies(services, parts, owner);
    await forgetCopies(services.database.pool, accountId, place);
  } catch (error) {
    services.log.warn({ err: error }, 'copies of a report that was not mailed could not be removed');
  }
}
