import type { Mail } from '../email/mailer.ts';
import { mailPage, paragraph } from '../email/page.ts';
import { oneLine, paragraphs } from '../email/words.ts';

/** The mail whose link proves an address. Whoever did not ask for it has nothing to do. */
export function verificationMail(accountName: string, address: string, link: string): Omit<Mail, 'to'> {
  const title = 'Is this your address?';
  const what = `Somebody who signed in to ${oneLine(accountName)} as ${address} wants reports mailed here. Open the link within 24 hours and confirm that this is you; it can be used once.`;
  const otherwise = 'If it was not you, do nothing: without the link no report is sent to this address.';
  return {
    subject: oneLine(`${accountName}: verify your address`),
    text: paragraphs([what, link, otherwise]),
    html: mailPage({
      ...{ title, tone: 'good', accountName },
      body: paragraph(what) + paragraph(otherwise, 'soft'),
      link: { words: 'Verify this address', address: link },
      footer: `Sent to ${address} because it was asked for in the console.`,
    }),
  };
}
