import { expect } from 'chai';
import { type LinkedReport, reportMail } from '../../../server/reports/mail.ts';

const report: LinkedReport = {
  name: 'Weekly report',
  accountName: 'Acme',
  timezone: 'Asia/Kolkata',
  period: { from: new Date('2026-10-31T18:30:00Z'), to: new Date('2026-11-30T18:30:00Z') },
  rows: 1_500,
  files: [
    { fileName: 'weekly-1.csv', rows: 1_000, byteSize: 52_000, address: 'https://cqa.example/d/one' },
    { fileName: 'weekly-1-2.csv', rows: 500, byteSize: 26_000, address: 'https://s3.example/b/x?a=1&b=2' },
  ],
  linksUntil: new Date('2026-12-08T06:00:00Z'),
};
const mail = (change: Partial<LinkedReport> = {}) => reportMail({ ...report, ...change });

/** What a browser makes of an attribute or of text. */
const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
const addressesIn = (html: string) =>
  [...html.matchAll(/href="([^"]*)"/g)].map(([, address = '']) => unescaped(address));

describe('the mail of a report', () => {
  it('names the account, the report and its rows in the subject', () => {
    expect(mail().subject).to.equal('Acme: Report "Weekly report", 1,500 rows');
  });

  it('says in both forms the days in the account’s zone, the rows and size of each file, and until when its links are good', () => {
    for (const form of [mail().text, unescaped(mail().html)]) {
      expect(form).to.contain(
        '1,500 analyses of conversations from 1 November 2026 to 30 November 2026 (Asia/Kolkata)',
      );
      expect(form).to.contain('1,000 rows, 52.0 KB').and.to.contain('500 rows, 26.0 KB');
      expect(form).to.match(/The links are good until 8 December 2026, 11:30 \(Asia\/Kolkata\)/);
    }
  });

  it('has every link once in each form, in the files’ order, as it is to be opened', () => {
    const wanted = report.files.map(({ address }) => address);
    expect(addressesIn(mail().html)).to.deep.equal(wanted);
    const found = mail()
      .text.split('\n')
      .filter((line) => line.startsWith('https://'));
    expect(found).to.deep.equal(wanted);
  });

  it('of one day and one file, or of nothing, says so', () => {
    const period = { from: new Date('2026-10-31T18:30:00Z'), to: new Date('2026-11-01T18:30:00Z') };
    const one = mail({ period, rows: 1, files: report.files.slice(0, 1) }).text;
    expect(one).to.contain('1 analysis of conversations on 1 November 2026 (Asia/Kolkata).');
    expect(one).to.contain('Its file:').and.to.contain('The link is good until');
    expect(mail({ rows: 0 }).text).to.contain('There was nothing to report from 1 November 2026');
  });

  it('stays one line in the subject and plain text in the HTML, whatever accounts and reports are called', () => {
    const name = 'night\r\nBcc: eve@example.test\r\n\r\n<script>alert(1)</script> & "more" \u202egnp.exe';
    const { subject, html, text } = mail({ name, accountName: name });
    expect(subject).not.to.match(/[\r\n\u202e]/);
    expect(text).not.to.match(/^Bcc:/m);
    expect(html).not.to.contain('<script>');
    expect(html).to.contain('&lt;script&gt;');
    expect(mail({ name: 'x'.repeat(500) }).subject.length).to.be.at.most(200);
  });

  it('puts no file’s name or address between tags', () => {
    const file = {
      fileName: '"><img src=x onerror=alert(1)>.csv',
      rows: 1,
      byteSize: 1,
      address: 'https://x/"onclick="y',
    };
    const { html } = mail({ files: [file] });
    expect(html).not.to.contain('<img').and.not.to.contain('"onclick');
    expect(addressesIn(html)).to.deep.equal([file.address]);
  });

  it('keeps what joins the letters of a script', () => {
    expect(mail({ name: 'क्\u200dष 👩\u200d💻' }).subject).to.contain('क्\u200dष 👩\u200d💻');
  });

  it('fetches nothing from anywhere', () => {
    expect(mail().html).not.to.match(/<img|<link|url\(|@import|<script/);
  });
});
