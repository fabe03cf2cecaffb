import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, fromFdPromise, type Options, type ZipFile } from 'yauzl';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { FileFormat } from '../../rows/rows.ts';
import { collectYoungEvery } from '../../young-garbage.ts';
import { copyToScratch, type ScratchFile } from './scratch.ts';
import { garbageBytes, packingOf, requireUnpackable, tooLarge, unpackedBytesMost } from './unpack.ts';

const endings: Record<FileFormat, RegExp> = { csv: /\.csv$/i, ndjson: /\.(ndjson|jsonl)$/i };
/** What some programs put into archives beside the files: shadows of them, and folders' settings. */
const hidden = /(^|\/)(\.|__MACOSX\/)/;
const membersMost = 10_000;
const storedOrDeflated: readonly number[] = [0, 8];
const options: Options = { lazyEntries: true, autoClose: false };

/** One file of an archive. */
export interface Member {
  name: string;
  /** Unpacks it to a scratch file. Throws `invalid` where this one is damaged, encrypted or an archive itself. */
  open(): Promise<ScratchFile>;
}

/**
 * The files of a ZIP archive whose names fit the format, in the archive's order. Throws `invalid` for an archive without
 * such a file, and for one that is damaged or a decompression bomb.
 */
export async function* archiveMembers(
  archive: ScratchFile,
  format: FileFormat,
  { dataDir, signal }: { dataDir: string; signal: AbortSignal },
): AsyncGenerator<Member> {
  const zip = await readable(() => fromFdPromise(archive.descriptor, options));
  let unpackedBytes = 0;
  for (const entry of await fittingEntries(zip, format)) {
    unpackedBytes += entry.uncompressedSize;
    if (unpackedBytes > unpackedBytesMost) throw tooLarge(unpackedBytesMost, true);
    yield { name: entry.fileName, open: () => openMember(zip, entry, dataDir, signal) };
  }
}

async function openMember(zip: ZipFile, entry: Entry, dataDir: string, signal: AbortSignal): Promise<ScratchFile> {
  requireReadable(entry);
  const file = await copyToScratch(contentOf(zip, entry), dataDir, signal);
  if (packingOf(file.head) === undefined) return file;
  await file[Symbol.asyncDispose]();
  throw packed(entry);
}

/** The first fitting file of an archive that is wholly in memory: its content, or as much of it as is read. */
export async function firstMember(archive: Buffer, format: FileFormat): Promise<{ name: string; content: ByteStream }> {
  const zip = await readable(() => fromBufferPromise(archive, options));
  const [entry] = await fittingEntries(zip, format);
  if (!entry) throw new AppError('internal', 'An archive without a fitting file was taken.');
  requireReadable(entry);
  return { name: entry.fileName, content: contentOf(zip, entry) };
}

async function fittingEntries(zip: ZipFile, format: FileFormat): Promise<Entry[]> {
  const fitting: Entry[] = [];
  const others: string[] = [];
  await readable(async () => {
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry;
      if (fileName.endsWith('/') || hidden.test(fileName)) continue;
      if (endings[format].test(fileName)) fitting.push(entry);
      else if (others.length < 5) others.push(fileName);
      if (fitting.length > membersMost) throw tooManyMembers();
    }
  });
  if (fitting.length === 0) throw nothingFits(format, others);
  for (const { compressedSize, uncompressedSize } of fitting) requireUnpackable(compressedSize, uncompressedSize);
  return fitting;
}

function requireReadable(entry: Entry): void {
  const { fileName, compressionMethod } = entry;
  if (entry.isEncrypted())
    throw new AppError('invalid', `"${fileName}" in the archive is encrypted. Send the archive without a password.`);
  if (!storedOrDeflated.includes(compressionMethod))
    throw new AppError(
      'invalid',
      `"${fileName}" in the archive is packed by a method that is not read (number ${compressionMethod}). Pack it as an ordinary ZIP file (Deflate).`,
    );
}

/** The member's bytes, no more of them than the archive says, and at the end only if they are what was packed. */
async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const stream: Readable = await readable(() => zip.openReadStreamPromise(entry));
  const countGarbage = collectYoungEvery(garbageBytes);
  let sum = 0;
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      countGarbage(bytes.byteLength);
      sum = crc32(bytes, sum);
      yield bytes;
    }
  } catch (thrown) {
    throw damaged(thrown);
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) throw damaged(new Error(`the check sum of ${entry.fileName} differs`));
}

function damaged(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'invalid',
    `The file cannot be unpacked (${why}): the archive is damaged or cut short. Pack it again.`,
    { cause: thrown },
  );
}

function packed({ fileName }: Entry): AppError {
  return new AppError(
    'invalid',
    `"${fileName}" in the archive is itself an archive. Put the files into one archive, not archives into another.`,
  );
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

function unreadable(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'invalid',
    `The file begins like a ZIP archive and cannot be unpacked (${why}): it is damaged or cut short. Pack it again.`,
    { cause: thrown },
  );
}

function tooManyMembers(): AppError {
  const most = membersMost.toLocaleString('en');
  return new AppError('invalid', `The archive has more than ${most} files. Split it into several archives.`);
}

function nothingFits(format: FileFormat, others: string[]): AppError {
  const wanted = format === 'csv' ? '.csv file' : '.ndjson or .jsonl file';
  const nested = others.some((name) => /\.(zip|gz)$/i.test(name));
  const there = others.length === 0 ? 'It is empty.' : `It has: ${others.join(', ')}.`;
  const next = nested ? ' Archives within an archive are not read; put the files into one.' : '';
  const sheet = others.some((name) => name.startsWith('xl/')) ? ' It is an Excel workbook; save the sheet as CSV.' : '';
  return new AppError('invalid', `The archive has no ${wanted}. ${there}${next}${sheet}`);
}
