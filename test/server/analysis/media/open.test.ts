import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { type OpenOptions, openAudio } from '../../../../server/analysis/media/open.ts';
import type { Ending, SampleFormat } from '../../../../server/analysis/media/samples.ts';
import { AppError } from '../../../../shared/error.ts';
import { ffmpegPath, inPieces, sampleBytes, truthOf } from '../samples.ts';
import { pcm16, wavFile } from './wav-file.ts';

interface Decoded {
  format: SampleFormat;
  ending: Ending;
  channels: number[][];
}

async function decoded(bytes: Uint8Array, options: OpenOptions = {}, pieceLength?: number): Promise<Decoded> {
  const stream = await openAudio(inPieces(bytes, pieceLength), options);
  const channels: number[][] = Array.from({ length: stream.format.channels }, () => []);
  for await (const block of stream.blocks)
    for (const [i, samples] of block.entries()) for (const sample of samples) channels[i]?.push(sample);
  return { format: stream.format, ending: stream.ending(), channels };
}

async function failure(bytes: Uint8Array, options: OpenOptions = {}): Promise<AppError> {
  try {
    await decoded(bytes, options);
  } catch (thrown) {
    return AppError.from(thrown);
  }
  throw new Error('it was decoded');
}

const ramp = Array.from({ length: 400 }, (_, i) => i * 80 - 16000);

describe('openAudio on WAV', () => {
  it('decodes PCM of 8, 16, 24 and 32 bits to the same sound', async () => {
    const bytesOf: Record<number, (sample: number) => number[]> = {
      8: (s) => [(s >> 8) + 128],
      16: (s) => [s & 255, (s >> 8) & 255],
      24: (s) => [7, s & 255, (s >> 8) & 255],
      32: (s) => [7, 7, s & 255, (s >> 8) & 255],
    };
    for (const [bits, bytes] of Object.entries(bytesOf)) {
      const { channels, ending } = await decoded(wavFile(Buffer.from(ramp.flatMap(bytes)), { bits: Number(bits) }));
      const expected = bits === '8' ? ramp.map((s) => (s >> 8) << 8) : ramp;
      expect(channels, `${bits} bit`).to.deep.equal([expected]);
      expect(ending.truncated).to.equal(false);
    }
  });

  it('decodes every µ-law and A-law code exactly as ffmpeg does', async () => {
    const codes = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));
    for (const formatTag of [6, 7]) {
      const file = wavFile(codes, { formatTag, bits: 8 });
      const ours = await decoded(file);
      // A format that we do not read ourselves sends the same codes through ffmpeg: an AU file of the same encoding.
      const au = Buffer.concat([Buffer.from('.snd'), Buffer.alloc(20), codes]);
      for (const [at, value] of [24, codes.length, formatTag === 7 ? 1 : 27, 8000, 1].entries())
        au.writeUInt32BE(value, 4 + at * 4);
      const theirs = await decoded(au, { ffmpegPath: ffmpegPath() });
      expect(ours.channels).to.deep.equal(theirs.channels);
      expect(theirs.ending.codec).to.equal(ours.ending.codec);
    }
  });

  it('separates two channels whatever pieces the bytes arrive in', async () => {
    const interleaved = pcm16(ramp.flatMap((s) => [s, 0 - s]));
    for (const length of [1, 7, 1000, 100_000]) {
      const { channels } = await decoded(wavFile(interleaved, { channels: 2 }), {}, length);
      expect(channels).to.deep.equal([ramp, ramp.map((s) => 0 - s)]);
    }
  });

  it('finds the sound behind other chunks, also odd ones, and leaves later chunks out of it', async () => {
    const other: [string, Buffer][] = [
      ['LIST', Buffer.from('INFOabc')],
      ['bext', Buffer.alloc(602)],
    ];
    const { channels } = await decoded(wavFile(pcm16(ramp), { before: other, after: other }));
    expect(channels).to.deep.equal([ramp]);
  });

  it('reads WAVE_FORMAT_EXTENSIBLE by the format inside', async () => {
    const { channels } = await decoded(wavFile(pcm16(ramp), { extensible: true }));
    expect(channels).to.deep.equal([ramp]);
  });

  it('reads to the end where a streaming writer left the length open', async () => {
    for (const declared of [0, 0xffffffff, 0x7ffff000]) {
      const { channels, ending } = await decoded(wavFile(pcm16(ramp), { declared }));
      expect(channels, String(declared)).to.deep.equal([ramp]);
      expect(ending.truncated).to.equal(false);
    }
  });

  it('tells that a file is cut off, and drops an incomplete last sample', async () => {
    const whole = wavFile(pcm16(ramp));
    const { channels, ending } = await decoded(whole.subarray(0, whole.length - 401));
    expect(channels).to.deep.equal([ramp.slice(0, 199)]);
    expect(ending.truncated).to.equal(true);
  });

  it('says that a header without sound is not audio', async () => {
    const header = wavFile(Buffer.alloc(0));
    const withList = wavFile(Buffer.alloc(0), { after: [['LIST', Buffer.from('INFO')]] });
    for (const bytes of [header, header.subarray(0, 12), withList])
      expect((await failure(bytes)).message).to.include('without any sound');
  });

  it('refuses more than two channels in words', async () => {
    const error = await failure(wavFile(pcm16(ramp), { channels: 4 }));
    expect(error.code).to.equal('unsupported_audio');
    expect(error.message).to.include('4 channels');
  });
});

describe('openAudio through ffmpeg', () => {
  const options = { ffmpegPath: ffmpegPath() };

  it('decodes MP3 to the length it was made with', async () => {
    const { format, ending, channels } = await decoded(sampleBytes('plain.mp3'), options);
    const truth = truthOf('plain.mp3');
    expect(ending).to.deep.equal({ container: 'mp3', codec: 'mp3', truncated: false });
    expect(format).to.include({ channels: 2, sampleRate: 8000 });
    expect(channels[0]?.length).to.be.closeTo(truth.samples, 1200);
  });

  it('decodes a WAV encoding that is not ours, having read its header already', async () => {
    const adpcm = await converted(sampleBytes('mono.wav'), ['-c:a', 'adpcm_ima_wav', '-f', 'wav']);
    const { ending, channels } = await decoded(adpcm, options);
    expect(ending.codec).to.equal('adpcm_ima_wav');
    expect(channels[0]?.length).to.be.closeTo(truthOf('mono.wav').samples, 2000);
  });

  it('decodes what call systems also send', async () => {
    const kinds: [string, string[]][] = [
      ['gsm', ['-c:a', 'libgsm', '-f', 'gsm']],
      ['ogg', ['-c:a', 'libvorbis', '-f', 'ogg']],
      ['flac', ['-f', 'flac']],
      ['aac', ['-f', 'adts']],
      ['webm', ['-c:a', 'libopus', '-f', 'webm']],
      ['au', ['-f', 'au']],
    ];
    for (const [container, flags] of kinds) {
      const { ending, format, channels } = await decoded(await converted(sampleBytes('mono.wav'), flags), options);
      expect(ending.container).to.equal(container);
      const seconds = (channels[0]?.length ?? 0) / format.sampleRate;
      expect(seconds, container).to.be.closeTo(10.54, 0.3);
    }
  });

  it('decodes an MP4 whose index stands at its end', async () => {
    const file = await convertedFile(sampleBytes('mono.wav'), 'm4a');
    const { ending, channels } = await decoded(file, options);
    expect(ending).to.include({ container: 'mp4', codec: 'aac' });
    expect((channels[0]?.length ?? 0) / 8000).to.be.closeTo(10.54, 0.3);
  });

  it('asks for ffmpeg where there is none', async () => {
    const error = await failure(sampleBytes('plain.mp3'));
    expect(error.code).to.equal('unsupported_audio');
    expect(error.message).to.include('ffmpeg').and.include('mp3');
  });

  it('says which program cannot be started', async () => {
    const error = await failure(sampleBytes('plain.mp3'), { ffmpegPath: '/no/such/ffmpeg' });
    expect(error.code).to.equal('program_missing');
  });

  it('says that damaged sound cannot be decoded', async () => {
    const bytes = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(3000, 0x55)]);
    const error = await failure(bytes, options);
    expect(error.code).to.equal('unsupported_audio');
    expect(error.message).to.include('ogg');
  });

  it('ends when the caller stops it, although the source goes silent', async () => {
    const abort = new AbortController();
    const stream = await openAudio(stalling(sampleBytes('plain.mp3'), abort.signal), {
      ...options,
      signal: abort.signal,
    });
    abort.abort();
    const read = (async () => {
      for await (const block of stream.blocks) expect(block.length).to.equal(2);
    })();
    expect((await rejection(read)).code).to.equal('cancelled');
  });

  it('gives up after its time limit', async () => {
    const abort = new AbortController();
    const endless = stalling(sampleBytes('plain.mp3'), abort.signal);
    const read = (async () => {
      const stream = await openAudio(endless, { ...options, timeoutMs: 400 });
      for await (const block of stream.blocks) expect(block.length).to.equal(2);
    })();
    const error = await rejection(read);
    abort.abort();
    expect(error.message).to.include('could not be decoded within');
  });

  it('gives up in time, too, when nothing was decoded yet and the source stalls', async () => {
    const abort = new AbortController();
    const endless = stalling(sampleBytes('plain.mp3').subarray(0, 600), abort.signal);
    const error = await rejection(openAudio(endless, { ...options, timeoutMs: 20 }));
    abort.abort();
    expect(error.message).to.include('could not be decoded within');
  });

  it("passes the source's own failure on", async () => {
    const bytes = sampleBytes('plain.mp3');
    async function* breaking() {
      yield* inPieces(bytes.subarray(0, 20_000));
      throw new AppError('connection_lost', 'The server closed the connection.');
    }
    const read = (async () => {
      const stream = await openAudio(breaking(), options);
      for await (const block of stream.blocks) expect(block.length).to.equal(2);
    })();
    expect((await rejection(read)).code).to.equal('connection_lost');
  });
});

async function rejection(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (thrown) {
    return AppError.from(thrown);
  }
  throw new Error('it did not fail');
}

/** Gives the bytes and then nothing more until the signal. */
async function* stalling(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* inPieces(bytes);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** The same sound in another format, made by ffmpeg's own encoders. */
async function converted(bytes: Uint8Array, flags: string[]): Promise<Uint8Array> {
  const child = spawn(ffmpegPath(), ['-v', 'error', '-i', 'pipe:0', ...flags, 'pipe:1']);
  child.stdin.end(bytes);
  return buffer(child.stdout);
}

/** The same for formats that cannot be written to a pipe. */
async function convertedFile(bytes: Uint8Array, extension: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'cqa-audio-'));
  try {
    const path = join(folder, `sound.${extension}`);
    await converted(bytes, ['-y', path, '-f', 'null']);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
