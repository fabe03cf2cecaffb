import type { Mail } from '../email/mailer.ts';
import { mailPage, paragraph } from '../email/page.ts';
import { oneLine, paragraphs } from '../email/words.ts';

/** The mail whose link gives a user another address. Whoever did not ask for it has nothing to do. */
export function addressChangeMail(
  accountName: string,
  { email, replaces }: { email: string; replaces: string },
  link: string,
): Omit<Mail, 'to'> {
  const what = `Somebody who signs in to ${oneLine(accountName)} as ${replaces} wants to sign in as ${email} from now on. Open the link within 24 hours and confirm that this is you; it can be used once.`;
  const otherwise = 'If it was not you, do nothing: without the link everything stays as it is.';
  return {
    subject: oneLine(`${accountName}: confirm your new address`),
    text: paragraphs([what, link, otherwise]),
    html: mailPage({
      ...{ title: 'Is this your new address?', tone: 'good', accountName },
      body: paragraph(what) + paragraph(otherwise, 'soft'),
      link: { words: 'Confirm this address', address: link },
      footer: `Sent to ${email} because it was asked for in the console.`,
    }),
  };
}

/** To the address that a user had, after it was changed: whoever did not do that learns of it here. */
export function addressChangedMail(
  accountName: string,
  { email, replaces }: { email: string; replaces: string },
): Omit<Mail, 'to'> {
  const what = `Whoever signed in to ${oneLine(accountName)} as ${replaces} signs in as ${email} from now on. This address is not used there any more.`;
  const otherwise = 'If it was not you, tell an admin of your account at once.';
  return {
    subject: oneLine(`${accountName}: your address was changed`),
    text: paragraphs([what, otherwise]),
    html: mailPage({
      ...{ title: 'Your address was changed', tone: 'good', accountName },
      body: paragraph(what) + paragraph(otherwise, 'soft'),
      footer: `Sent to ${replaces} because it was the address until now.`,
    }),
  };
}
