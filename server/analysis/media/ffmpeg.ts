import { AppError } from '../../../shared/error.ts';
import { ByteReader } from './byte-reader.ts';
import { type FfmpegOptions, FfmpegProcess } from './ffmpeg-process.ts';
import type { Block, Ending, SampleStream } from './samples.ts';
import type { Container } from './sniff.ts';
import { readWavHeader, wavSamples } from './wav.ts';

/** Recordings longer than this are cut: a small compressed file can unpack to days of sound. */
const decodedSecondsMax = 12 * 3600;

/** Demuxers of sound only. Playlists are not among them: those make ffmpeg open other files and addresses. */
const formats = 'wav,mp3,aac,ogg,flac,amr,amrnb,amrwb,gsm,mov,matroska,asf,aiff,au,caf';

/**
 * Decodes what is no plain WAV with an ffmpeg process: bytes in by its stdin, 16-bit WAV out by its stdout.
 * Throws AppError `unsupported_audio` where ffmpeg finds no sound in it, `program_missing` where it does not start.
 */
export async function ffmpegSamples(
  bytes: AsyncIterable<Uint8Array>,
  container: Container,
  options: FfmpegOptions,
): Promise<SampleStream> {
  const ffmpeg = new FfmpegProcess(bytes, argumentsFor(container), options);
  const reader = new ByteReader(ffmpeg.output);
  try {
    // A header alone (with its comment chunk: under 200 bytes) is what ffmpeg writes when it found nothing.
    if ((await reader.peek(256)).length < 256) throw await failureOf(ffmpeg, container);
    const header = await readWavHeader(reader);
    if (!header.codec) throw new AppError('internal', 'ffmpeg answered with an encoding that was not asked for.');
    const samples = wavSamples(reader, header, header.codec);
    let seconds = 0;
    const count = (block: Block) => (seconds += (block[0]?.length ?? 0) / header.sampleRate);
    return {
      format: samples.format,
      blocks: watched(samples.blocks, ffmpeg, count),
      ending: () => endingOf(ffmpeg, container, seconds),
    };
  } catch (thrown) {
    ffmpeg.stop();
    throw thrown;
  }
}

function argumentsFor(container: Container): string[] {
  // Most MP4 files have their index at the end: ffmpeg keeps what went by in an unlinked temporary file to go back.
  const seeks = container === 'mp4';
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-threads', '1'],
    ...['-protocol_whitelist', seeks ? 'cache,pipe' : 'pipe', '-format_whitelist', formats],
    // Raw GSM has nothing that ffmpeg could recognise it by.
    ...(container === 'gsm' ? ['-f', 'gsm'] : []),
    ...['-i', seeks ? 'cache:pipe:0' : 'pipe:0', '-map', '0:a:0', '-vn', '-t', String(decodedSecondsMax)],
    ...['-c:a', 'pcm_s16le', '-f', 'wav', 'pipe:1'],
  ];
}

async function failureOf(ffmpeg: FfmpegProcess, container: Container): Promise<AppError> {
  const interruption = await ffmpeg.interruption();
  if (interruption) return interruption;
  const message = `The recording looks like ${container}, but no sound could be decoded from it. It is damaged, or its encoding is not supported; send it as WAV, MP3 or Ogg.`;
  return new AppError('unsupported_audio', message, { cause: ffmpeg.log.slice(-500) });
}

/** Passes the blocks on, ends the process with them, and throws what cut them short. */
async function* watched(
  blocks: AsyncIterable<Block>,
  ffmpeg: FfmpegProcess,
  count: (block: Block) => void,
): AsyncGenerator<Block> {
  try {
    for await (const block of blocks) {
      count(block);
      yield block;
    }
    const interruption = await ffmpeg.interruption();
    if (interruption) throw interruption;
  } finally {
    ffmpeg.stop();
  }
}

/** ffmpeg ends well on damaged input, so a length that falls short of what the container promised is the sign. */
function endingOf(ffmpeg: FfmpegProcess, container: Container, seconds: number): Ending {
  const codec = /Stream #0:\S+.*?: Audio: (\w+)/.exec(ffmpeg.log)?.[1] ?? 'unknown';
  const promised = promisedSeconds(ffmpeg.log);
  const short = promised !== null && promised - seconds > Math.max(1, promised * 0.02);
  return { container, codec, truncated: short || ffmpeg.exitCode !== 0 };
}

/** The container's own length, where it has one and it is no guess from the bit rate. */
function promisedSeconds(log: string): number | null {
  const found = /Duration: (\d+):(\d+):([\d.]+)/.exec(log);
  if (!found || log.includes('Estimating duration from bitrate')) return null;
  return Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3]);
}
