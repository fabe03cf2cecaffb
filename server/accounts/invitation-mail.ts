import type { Mail } from '../email/mailer.ts';
import { mailPage, paragraph } from '../email/page.ts';
import { oneLine, paragraphs } from '../email/words.ts';

/** The mail with which somebody chooses a password: a new user his first one, another one a new one. */
export function invitationMail(
  { account, by, hasPassword }: { account: string; by: string; hasPassword: boolean },
  address: string,
  link: string,
): Omit<Mail, 'to'> {
  const title = hasPassword ? 'Choose a new password' : 'Choose your password';
  const name = oneLine(account);
  const what = hasPassword
    ? `${oneLine(by)} lets you choose a new password for ${name}, where you sign in as ${address}.`
    : `${oneLine(by)} has made you a user of ${name}. You sign in as ${address}, with a password that you choose.`;
  const how = 'Open the link within 7 days; it can be used once.';
  const otherwise = hasPassword
    ? 'If you do not want another one, do nothing: the password that you have stays.'
    : 'If you do not know what this is about, do nothing: without the link nobody signs in as you.';
  return {
    subject: oneLine(`${account}: ${hasPassword ? 'choose a new password' : 'you can sign in'}`),
    text: paragraphs([what, how, link, otherwise]),
    html: mailPage({
      ...{ title, tone: 'good', accountName: account },
      body: paragraph(what) + paragraph(how) + paragraph(otherwise, 'soft'),
      link: { words: title, address: link },
      footer: `Sent to ${address} because ${oneLine(by)} asked for it in the console.`,
    }),
  };
}
