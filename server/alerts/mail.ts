import { DateTime } from 'luxon';
import type { Mail } from '../email/mailer.ts';
import { escapeHtml, mailPage, paragraph } from '../email/page.ts';
import { flat, oneLine, paragraphs } from '../email/words.ts';
import type { AlertFacts, NoticeBody } from './facts.ts';
import { linkOf, settingsLink } from './links.ts';

type Content = Omit<Mail, 'to'>;

/**
 * A mail about what a notice tells of: one alert by itself, several as a digest. `isRepeat`: nobody knows whether it was
 * sent before.
 */
export function mailOf(body: NoticeBody, publicUrl: string, isRepeat = false): Content {
  const list = body.list.map(flattened);
  const [first] = list;
  if (!first) throw new Error('a notice that tells of nothing');
  const footer = `${isRepeat ? `${repeatWords} ` : ''}${footerWords(first.account.name)}`;
  const frame = { publicUrl, footer };
  return list.length === 1 && body.more === 0 ? single(first, frame) : digest(first, { ...body, list }, frame);
}

const repeatWords = 'The program ended while it sent this mail, so you may have it twice.';

interface Frame {
  publicUrl: string;
  /** Before the link to the settings. */
  footer: string;
}

/** Names are what somebody has typed: they make no lines of their own in a mail, and turn no text around. */
function flattened(facts: AlertFacts): AlertFacts {
  const { account, job, connector, message } = facts;
  return {
    ...facts,
    message: flat(message),
    account: { ...account, name: flat(account.name) },
    ...(job && { job: { ...job, name: flat(job.name) } }),
    ...(connector && { connector: { name: flat(connector.name) } }),
  };
}

/** What is looked at by whoever tries the settings. */
export function testMail(accountName: string, publicUrl: string): Content {
  const what = 'This is a test of the alerts. Mails reach this address.';
  return {
    subject: oneLine(`${accountName}: alerts reach you`),
    text: paragraphs([what, `Settings: ${settingsLink(publicUrl)}`]),
    html: mailPage({
      ...{ title: 'Alerts reach you', tone: 'good', accountName },
      body: paragraph(what),
      link: { words: 'Open the settings', address: settingsLink(publicUrl) },
      footer: footerWords(accountName),
      settings: settingsLink(publicUrl),
    }),
  };
}

function single(facts: AlertFacts, { publicUrl, footer }: Frame): Content {
  const { account, message } = facts;
  const title = titleOf(facts);
  const next = nextStep(facts);
  const link = linkOf(facts, publicUrl);
  const when = whenOf(facts);
  const settings = settingsLink(publicUrl);
  return {
    subject: oneLine(`${account.name}: ${title}`),
    text: paragraphs([message, when, next, `${linkWords(facts)}: ${link}`, `-- \n${footer} ${settings}`]),
    html: mailPage({
      ...{ title, tone: toneOf(facts), accountName: account.name },
      body: paragraph(message) + paragraph(when, 'soft') + (next ? paragraph(next) : ''),
      link: { words: linkWords(facts), address: link },
      footer,
      settings,
    }),
  };
}

function digest({ account }: AlertFacts, { list, more }: NoticeBody, { publicUrl, footer }: Frame): Content {
  const count = list.length + more;
  const title = `${count} alerts (${sortsOf(list)}${more > 0 ? ', and others' : ''})`;
  const why = 'Much has happened within a short time, so it is told in one mail.';
  const left = more > 0 ? [`${more} more are not listed; the console has them all.`] : [];
  const settings = settingsLink(publicUrl);
  const page = `${publicUrl}/alerts`;
  const entry = (facts: AlertFacts) => `${titleOf(facts)}\n  ${facts.message}\n  ${linkOf(facts, publicUrl)}`;
  return {
    subject: oneLine(`${account.name}: ${title}`),
    text: paragraphs([why, ...list.map(entry), ...left, `All alerts: ${page}`, `-- \n${footer} ${settings}`]),
    html: mailPage({
      ...{ title, tone: list.every(({ event }) => event === 'resolved') ? 'good' : 'bad', accountName: account.name },
      body:
        paragraph(why, 'soft') +
        list.map((facts) => entryHtml(facts, publicUrl)).join('') +
        left.map((text) => paragraph(text)).join(''),
      link: { words: 'Open the alerts', address: page },
      footer,
      settings,
    }),
  };
}

function entryHtml(facts: AlertFacts, publicUrl: string): string {
  const title = `<a href="${escapeHtml(linkOf(facts, publicUrl))}">${escapeHtml(titleOf(facts))}</a>`;
  return `<p style="margin:0 0 12px"><strong>${title}</strong><br>${escapeHtml(facts.message)}</p>`;
}

/** `31 failed, 3 over`: by what they are about, the commonest first. */
function sortsOf(list: readonly AlertFacts[]): string {
  const counts = new Map<string, number>();
  for (const facts of list) {
    const word = facts.event === 'resolved' ? 'over' : sortWords[facts.kind];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([word, count]) => `${count} ${word}`).join(', ');
}

const sortWords: Record<AlertFacts['kind'], string> = {
  run_failed: 'failed',
  run_partial: 'in part',
  expected_file: 'missing',
  expected_data: 'quiet',
  stream_failed: 'not read',
};

/** What has happened, to whom. */
export function titleOf({ event, kind, job, connector, count }: AlertFacts): string {
  const name = `"${(kind === 'run_failed' || kind === 'run_partial' ? job?.name : connector?.name) ?? job?.name ?? ''}"`;
  if (event === 'resolved') return resolvedWords[kind].replace('…', () => name);
  const still = event === 'reminder' && count > 1 ? ` (${count} times)` : '';
  return `${(event === 'reminder' ? remindedWords : raisedWords)[kind].replace('…', () => name)}${still}`;
}

const raisedWords: Record<AlertFacts['kind'], string> = {
  run_failed: '… failed',
  run_partial: '… succeeded only in part',
  expected_file: 'a file is missing at …',
  expected_data: 'nothing comes from …',
  stream_failed: 'the stream … is not read',
};
const remindedWords: Record<AlertFacts['kind'], string> = {
  run_failed: '… still fails',
  run_partial: '… still succeeds only in part',
  expected_file: 'a file is still missing at …',
  expected_data: 'still nothing comes from …',
  stream_failed: 'the stream … is still not read',
};
const resolvedWords: Record<AlertFacts['kind'], string> = {
  run_failed: '… works again',
  run_partial: '… works again',
  expected_file: 'the file has come at …',
  expected_data: 'data come from … again',
  stream_failed: 'the stream … is read again',
};

function toneOf({ event, kind }: AlertFacts): 'good' | 'warn' | 'bad' {
  if (event === 'resolved') return 'good';
  return ['run_partial', 'expected_file', 'expected_data'].includes(kind) ? 'warn' : 'bad';
}

/** What to do where the message does not end with it. */
function nextStep({ event, kind }: AlertFacts): string {
  if (event === 'resolved') return 'There is nothing to do.';
  return nextSteps[kind];
}

const nextSteps: Record<AlertFacts['kind'], string> = {
  run_failed:
    'What to do: the execution says how far it came and what was stored. Mend the cause, then run the job again or wait for its next time.',
  run_partial:
    'What to do: the execution lists what failed. Rejected rows can be mended and imported again; what failed can be retried by itself.',
  expected_file: 'What to do: ask whoever sends the file. When it comes, the alert ends by itself.',
  expected_data:
    'What to do: see its last runs; where they succeed, the source is quiet. When data come, the alert ends.',
  stream_failed:
    'What to do: mend the cause. It goes on by itself where it was; no event is lost while its topic keeps it.',
};

function whenOf({ event, count, raised_at, at, timezone }: AlertFacts): string {
  const last = timeWords(at, timezone);
  if (event === 'resolved') return `Since ${last}. It had begun on ${timeWords(raised_at, timezone)}.`;
  if (count === 1) return `On ${last}.`;
  return `${count} times since ${timeWords(raised_at, timezone)}, last on ${last}.`;
}

function timeWords(iso: string, timezone: string): string {
  return DateTime.fromISO(iso, { zone: timezone }).setLocale('en').toFormat('d LLLL yyyy, HH:mm (z)');
}

function linkWords({ execution_id }: AlertFacts): string {
  return execution_id ? 'Open the execution' : 'Open the console';
}

function footerWords(accountName: string): string {
  return `This address stands in the alert settings of ${oneLine(accountName)}. Change them here:`;
}
