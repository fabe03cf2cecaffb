import { expect } from 'chai';
import { type AlertFacts, mergeBodies, readBody, writeBody } from '../../../server/alerts/facts.ts';
import { mailOf } from '../../../server/alerts/mail.ts';

const publicUrl = 'https://cqa.example.test/console';
const facts: AlertFacts = {
  event: 'raised',
  kind: 'run_failed',
  account: { id: 'a', name: 'Acme' },
  timezone: 'Asia/Kolkata',
  job: { id: 'j', name: 'nightly' },
  execution_id: '0190aaaa-0000-7000-8000-000000000001',
  message: '"nightly" could not import: the disk is full.',
  count: 1,
  raised_at: '2026-11-20T21:00:00.000Z',
  at: '2026-11-20T21:00:00.000Z',
};
const mail = (change: Partial<AlertFacts>) => mailOf(readBody(writeBody([{ ...facts, ...change }])), publicUrl);

describe('the words of a mail about an alert', () => {
  for (const [what, change, subject] of [
    ['a failure', {}, 'Acme: "nightly" failed'],
    ['part of a success', { kind: 'run_partial' }, 'Acme: "nightly" succeeded only in part'],
    ['a missing file', { kind: 'expected_file', connector: { name: 'calls' } }, 'Acme: a file is missing at "calls"'],
    ['a stream', { kind: 'stream_failed', connector: { name: '6x' } }, 'Acme: the stream "6x" is not read'],
    ['a reminder', { event: 'reminder', count: 7 }, 'Acme: "nightly" still fails (7 times)'],
    ['a recovery', { event: 'resolved' }, 'Acme: "nightly" works again'],
  ] as const)
    it(`name the account, the job and ${what} in the subject`, () => {
      expect(mail(change).subject).to.equal(subject);
    });

  it('say when in the account’s zone, how often, and where to look', () => {
    const { text } = mail({ event: 'reminder', count: 7, at: '2026-11-21T21:00:00.000Z' });
    expect(text).to.contain('7 times since 21 November 2026, 02:30');
    expect(text).to.contain('last on 22 November 2026, 02:30');
    expect(text).to.contain(`${publicUrl}/executions/${facts.execution_id}`);
  });

  it('stay one line in the subject and plain text in the HTML, whatever a job is called', () => {
    const name = 'night\r\nBcc: eve@example.test\r\n<script>alert(1)</script> & "more"';
    const { subject, html, text } = mail({ job: { id: 'j', name }, message: `<b>${name}</b>` });
    expect(subject).not.to.match(/[\r\n]/);
    expect(text).not.to.match(/^Bcc:/m);
    expect(mail({ job: { id: 'j', name: 'a\u202egnp.exe' } }).subject).to.equal('Acme: "agnp.exe" failed');
    expect(mail({ job: { id: 'j', name: '😀'.repeat(300) } }).subject).to.match(/^Acme: "(😀)+…$/u);
    expect(html).not.to.contain('<script>').and.not.to.contain('<b>');
    expect(html).to.contain('&lt;script&gt;');
    expect(mail({ job: { id: 'j', name: 'x'.repeat(500) } }).subject.length).to.be.at.most(200);
  });

  it('fetch nothing from anywhere', () => {
    expect(mail({}).html).not.to.match(/<img|<link|url\(|@import|<script/);
  });

  it('list all of several alerts, and count those that are too many for one mail', () => {
    const body = (n: number) => writeBody([{ ...facts, message: `"nightly" failed for the ${n}. time.` }]);
    const some = mailOf(readBody(mergeBodies([body(1), body(2)])), publicUrl);
    expect(some.subject).to.equal('Acme: 2 alerts (2 failed)');
    expect(some.text).to.contain('for the 1. time').and.to.contain('for the 2. time');
    const all = mailOf(readBody(mergeBodies(Array.from({ length: 450 }, (_, n) => body(n)))), publicUrl);
    expect(all.subject).to.equal('Acme: 450 alerts (200 failed, and others)');
    expect(all.text).to.contain('250 more are not listed');
    const again = mergeBodies([mergeBodies(Array.from({ length: 300 }, (_, n) => body(n))), body(1)]);
    expect(readBody(again)).to.have.property('more', 101);
  });
});
