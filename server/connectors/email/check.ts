import { createHash } from 'node:crypto';
import type { CheckStep } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import type { Mail } from '../../email/mailer.ts';
import { mailPage, paragraph } from '../../email/page.ts';
import { paragraphs } from '../../email/words.ts';
import { connectionSteps, failed, passed, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import type { EmailConfig } from './config.ts';
import { requireMailer } from './send.ts';

/** A test is a mail to somebody, so whoever presses the button again and again waits. */
const testsPerMinute = 4;

/** Sends a test mail, since SES tells of no address beforehand whether it would take it; then says what links will be. */
export async function* checkEmail(config: EmailConfig, context: ConnectorContext): AsyncGenerator<CheckStep> {
  const failure = await sendTest(config, context).then(
    () => undefined,
    (thrown: unknown) => AppError.from(thrown, 'Amazon SES'),
  );
  if (failure?.code === 'setting_invalid') return yield failed('mail', failure);
  const told = { reached: 'Amazon SES answers.', signedIn: 'The AWS credentials of this program are accepted.' };
  const isOfMail = failure?.code === 'email_refused' || failure?.code === 'rate_limited';
  if (!(yield* connectionSteps(isOfMail ? undefined : failure, told))) return;
  if (failure) return yield failed('mail', failure);
  yield passed(
    'mail',
    `Amazon SES has taken a test mail to ${config.address}. Look whether it has come, also among spam.`,
  );
  yield* tried('links', async () => {
    const { message, warning } = (await context.mail?.links()) ?? { message: '' };
    return { message, ...(warning === undefined ? {} : { details: { warning } }) };
  });
}

async function sendTest({ address }: EmailConfig, { mail, pace, signal }: ConnectorContext): Promise<void> {
  const mailer = requireMailer(mail?.mailer);
  const name = createHash('sha256').update(address.toLowerCase()).digest('base64url');
  await pace(`test mail ${name}`, testsPerMinute);
  await mailer.send({ ...testMail(), to: [address] }, signal);
}

function testMail(): Omit<Mail, 'to'> {
  const title = 'Reports reach this address';
  const text =
    'This is a test: reports of CQA Data Integrations are to be sent to this address. There is nothing to do.';
  const footer = 'Sent because somebody has entered this address as the destination of reports.';
  return {
    subject: `CQA Data Integrations: ${title.toLowerCase()}`,
    text: paragraphs([text, `-- \n${footer}`]),
    html: mailPage({ title, tone: 'good', accountName: 'CQA Data Integrations', body: paragraph(text), footer }),
  };
}
