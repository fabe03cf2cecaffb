import { expect } from 'chai';
import { sniffAudio } from '../../../../server/analysis/media/sniff.ts';
import { AppError } from '../../../../shared/error.ts';
import { sampleBytes } from '../samples.ts';

function complaint(bytes: Uint8Array): string {
  try {
    sniffAudio(bytes);
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(AppError).and.have.property('code', 'not_audio');
    return (thrown as AppError).message;
  }
  throw new Error('it was taken for audio');
}

describe('sniffAudio', () => {
  it('knows the demo recordings by their first 512 bytes', () => {
    expect(sniffAudio(sampleBytes('clean.wav').subarray(0, 512))).to.deep.equal({ container: 'wav' });
    expect(sniffAudio(sampleBytes('plain.mp3').subarray(0, 512))).to.deep.equal({ container: 'mp3' });
  });

  it('knows containers by their signatures', () => {
    const starts: [string, string][] = [
      ['RF64\xff\xff\xff\xffWAVE', 'wav'],
      ['OggS', 'ogg'],
      ['fLaC', 'flac'],
      ['#!AMR-WB\n', 'amr'],
      ['\0\0\0\x20ftypM4A ', 'mp4'],
      ['\x1a\x45\xdf\xa3', 'webm'],
      ['FORM\0\0\0\0AIFF', 'aiff'],
      ['.snd', 'au'],
      ['ID3\x04', 'mp3'],
      ['\xff\xfb\x90\x00', 'mp3'],
      ['\xff\xf1\x50\x80', 'aac'],
      [`\xd8${'\0'.repeat(32)}`.repeat(6), 'gsm'],
    ];
    for (const [start, container] of starts)
      expect(sniffAudio(Buffer.from(start, 'latin1')), container).to.deep.equal({ container });
  });

  it('says in plain words what came instead of audio', () => {
    const wrong: [string | Buffer, string][] = [
      ['', 'it is empty'],
      ['\n\n <!DOCTYPE html><html>', 'an HTML page'],
      ['\ufeff<html lang="en">', 'an HTML page'],
      ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'XML'],
      ['<Error><Code>NoSuchKey</Code></Error>', 'XML'],
      ['{"error": "expired"}', 'JSON'],
      ['[]', 'JSON'],
      ['#EXTM3U\n#EXTINF:10,\nhttp://example.org/a.wav', 'a playlist'],
      ['Not found', 'plain text ("Not found")'],
      [Buffer.from('Nicht gefunden – später', 'utf16le'), 'first bytes'],
      [Buffer.from('\ufeff<html>', 'utf16le'), 'an HTML page'],
      [Buffer.from('PK\x03\x04zzzz'), 'a ZIP archive'],
      [Buffer.from([0x1f, 0x8b, 8, 0]), 'a gzip archive'],
      ['%PDF-1.7', 'a PDF'],
      [Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'an image'],
      [Buffer.from('RIFF\0\0\0\0AVI ', 'latin1'), 'a RIFF file that is no WAVE'],
      [Buffer.from([0, 1, 2, 3]), 'first bytes (00 01 02 03)'],
    ];
    for (const [bytes, words] of wrong) expect(complaint(Buffer.from(bytes as string))).to.include(words);
    expect(complaint(sampleBytes('not-audio.wav'))).to.match(/^The recording is not audio: it looks like an HTML page/);
  });

  it('is not misled by a text cut in the middle of a letter', () => {
    const text = Buffer.from('ä'.repeat(300)).subarray(0, 511);
    expect(complaint(text)).to.include('plain text');
  });
});
