import { expect } from 'chai';
import { isSubtitles, subtitleLines } from '../../../../server/pipeline/record/subtitles.ts';

const vtt = (...cues: string[]) => ['WEBVTT', '', ...cues].join('\n');

describe('subtitles as transcript lines', () => {
  it('names the voices of WebVTT, several in one cue, and leaves notes, styles and identifiers out', () => {
    const text = [
      'WEBVTT - a call',
      'Kind: captions',
      '',
      'NOTE made by a recogniser',
      'Agent: not said',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      'intro',
      '00:01.250 --> 00:04.000 align:start',
      '<v Agent>Thank you for calling,',
      'how can I help?</v>',
      '',
      '00:00:05.900 --> 00:00:08.000',
      '<v.loud Customer Mary>My <i>bill</i> is <c.red>wrong</c> &amp; late.</v> <v Agent Priya>I am <00:00:07.000>sorry.</v>',
      '',
      '01:02:03.000 --> 01:02:04.000',
      '<v Supervisor>Hello.',
    ].join('\n');
    expect(isSubtitles(text)).to.equal(true);
    expect(subtitleLines(text)).to.deep.equal([
      '[00:01] Agent: Thank you for calling, how can I help?',
      '[00:05] Customer: My bill is wrong & late.',
      '[00:05] Agent: I am sorry.',
      '[1:02:03] Supervisor: Hello.',
    ]);
  });

  it('reads the speakers that SubRip writes before the words, and joins the lines of one turn', () => {
    const text = [
      ...['1', '00:00:00,000 --> 00:00:03,500', 'AGENT: Thank you', 'for calling.', ''],
      ...['2', '00:00:04,000 --> 00:00:05,000', '- Customer: Hi.', '- [Agent]: Hello.', ''],
      ...['3', '0:01:10,000 --> 0:01:12,000', '{\\an8}<font color="red">Nobody knows who</font>', '', 'goes on', ''],
      ...['4', '00:61:00,000 --> 00:61:02,000', '42'],
    ].join('\n');
    expect(isSubtitles(text)).to.equal(true);
    expect(subtitleLines(text)).to.deep.equal([
      '[00:00] Agent: Thank you for calling.',
      '[00:04] Customer: Hi.',
      '[00:04] Agent: Hello.',
      '[01:10] Nobody knows who goes on',
      '[61:00] 42',
    ]);
  });

  it('knows SubRip without numbers, and takes no conversation for subtitles', () => {
    expect(isSubtitles('00:00:01,000 --> 00:00:02,000\nAgent: hello')).to.equal(true);
    for (const text of ['[00:01] Agent: hello', 'Agent: 00:01 --> 00:02', '1\nAgent: hello', 'WEBVTTED', ''])
      expect(isSubtitles(text), text).to.equal(false);
  });

  it('keeps signs that are no tags', () => {
    const text = vtt('00:01.000 --> 00:02.000', 'Customer: less <5 &lt;or&gt; more >3 &#39;ok&#39; &unknown;');
    expect(subtitleLines(text)).to.deep.equal([`[00:01] Customer: less <5 <or> more >3 'ok' &unknown;`]);
  });

  it('comes to an end also where tags never do: with a square of the text it would not', () => {
    for (const broken of ['<v ', '<v a', '<', '{\\', '&#1', '<v.a'])
      subtitleLines(vtt('00:01.000 --> 00:02.000', broken.repeat(4_000_000 / broken.length)));
  });
});
