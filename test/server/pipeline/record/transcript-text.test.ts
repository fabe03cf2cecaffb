import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import iconv from 'iconv-lite';
import { transcriptText } from '../../../../server/pipeline/record/transcript-text.ts';
import { AppError } from '../../../../shared/error.ts';

const read = (content: string | Buffer, isWhole = true) =>
  transcriptText({ bytes: Buffer.from(content as string), isWhole }, 'the.file');

const words = 'Agent: Grüß Gott, señor – how can I help you today?\r\nCustomer: Déjà vu.\rAgent: “Fine”.\r\n';
const expected = 'Agent: Grüß Gott, señor – how can I help you today?\nCustomer: Déjà vu.\nAgent: “Fine”.';

describe('the text of a transcript file', () => {
  for (const [encoding, bytes] of [
    ['UTF-8', Buffer.from(words)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${words}`)],
    ['UTF-16 little endian with a mark', iconv.encode(words, 'utf-16le', { addBOM: true })],
    ['UTF-16 big endian with a mark', iconv.encode(words, 'utf-16be', { addBOM: true })],
    ['UTF-16 without a mark', iconv.encode(words, 'utf-16le')],
    ['Windows-1252', iconv.encode(words, 'win1252')],
  ] as const)
    it(`is read from ${encoding}, its lines ended by line feeds`, () => {
      expect(read(bytes)).to.equal(expected);
    });

  it('keeps lines as they are written, and makes lines of subtitles', () => {
    expect(read('[00:12] Agent: [sighs]\nPriya: hello')).to.equal('[00:12] Agent: [sighs]\nPriya: hello');
    expect(read('\ufeffWEBVTT\r\n\r\n00:12.000 --> 00:13.000\r\n<v Agent>Hello\r\n')).to.equal('[00:12] Agent: Hello');
    expect(read('1\r\n00:00:12,000 --> 00:00:13,000\r\nAgent: Hello\r\n')).to.equal('[00:12] Agent: Hello');
  });

  const refused: [string, string | Buffer, string, RegExp][] = [
    ['a PDF', '%PDF-1.7\n%âãÏÓ', 'unsupported_transcript', /the\.file.*PDF.*not supported yet.*txt, srt or vtt/],
    ['a docx', 'PK\x03\x04[Content_Types].xml...word/document.xml', 'unsupported_transcript', /Word.*docx/],
    ['a doc', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'unsupported_transcript', /Word.*\(doc\)/],
    ['RTF', '{\\rtf1\\ansi Agent: hello}', 'unsupported_transcript', /RTF/],
    ['another archive', 'PK\x03\x04call.txt', 'not_transcript', /ZIP/],
    ['an HTML page', '<!DOCTYPE html><html><body>Sign in</body></html>', 'not_transcript', /HTML page.*expired link/],
    ['an HTML page after a comment', '<!-- x --><html></html>', 'not_transcript', /HTML page/],
    ['XML', '<?xml version="1.0"?><tt></tt>', 'not_transcript', /XML/],
    ['JSON', '{"error": "expired"}', 'not_transcript', /JSON/],
    ['a recording', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), randomBytes(5000)]), 'not_transcript', /recording/],
    ['nothing', '', 'not_transcript', /empty/],
    ['spaces', ' \r\n\t', 'not_transcript', /empty/],
    ['subtitles without words', 'WEBVTT\n\n00:01.000 --> 00:02.000\n\n', 'not_transcript', /without a word/],
  ];
  for (const [what, content, code, message] of refused)
    it(`is refused where it is ${what}, in words`, () => {
      const error = failureOf(() => read(content));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
    });

  it('is told by what it is before it is told to be too large', () => {
    expect(failureOf(() => read(`<html>${'x'.repeat(9000)}`, false)).code).to.equal('not_transcript');
    expect(failureOf(() => read(`%PDF-1.7 ${'x'.repeat(9000)}`, false)).code).to.equal('unsupported_transcript');
    expect(failureOf(() => read('Agent: hello '.repeat(900), false)).code).to.equal('transcript_too_large');
  });
});

function failureOf(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    return AppError.from(error);
  }
  throw new Error('it was taken');
}
