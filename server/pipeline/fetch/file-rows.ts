import { AppError, type ErrorCode } from '../../../shared/error.ts';
import type { RowBlock, SourceRow } from '../../rows/row-block.ts';
import { type RowSettings, readRows } from '../../rows/rows.ts';
import { archiveMembers, type Member } from './archive.ts';
import type { ScratchFile } from './scratch.ts';
import { packingOf } from './unpack.ts';

/** A file of an archive that could not be read. */
export class MemberFailure extends AppError {
  readonly member: string;

  constructor(code: ErrorCode, message: string, member: string, cause: unknown) {
    super(code, message, { cause });
    this.member = member;
  }
}

/** What is wrong with one file and says nothing of those beside it. */
const ofOneFile: readonly ErrorCode[] = ['invalid', 'missing_columns'];

/** The rows of an item that may be an archive: then those of its files, one file after the other. */
export function readFileRows(
  file: ScratchFile,
  settings: RowSettings,
  place: { dataDir: string; signal: AbortSignal },
): AsyncIterable<RowBlock<SourceRow>> {
  return packingOf(file.head) === 'zip' ? archiveRows(file, settings, place) : readRows(file, settings);
}

/** One file that cannot be read does not stop those behind it: the first such failure is thrown at the end. */
async function* archiveRows(
  archive: ScratchFile,
  settings: RowSettings,
  place: { dataDir: string; signal: AbortSignal },
): AsyncGenerator<RowBlock<SourceRow>> {
  const failed: { name: string; error: AppError }[] = [];
  for await (const member of archiveMembers(archive, settings.file_format ?? 'csv', place)) {
    try {
      yield* memberRows(member, settings);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !ofOneFile.includes(thrown.code)) throw thrown;
      failed.push({ name: member.name, error: thrown });
    }
  }
  const [first, ...others] = failed;
  if (!first) return;
  const { code, message } = first.error;
  const files = others.length === 1 ? '1 more file' : `${others.length} more files`;
  const more = others.length === 0 ? '' : ` ${files} of the archive could not be read.`;
  throw new MemberFailure(code, message + more, first.name, first.error);
}

async function* memberRows({ name, open }: Member, settings: RowSettings): AsyncGenerator<RowBlock<SourceRow>> {
  await using file = await open();
  for await (const block of readRows(file, settings)) yield { ...block, member: name };
}
