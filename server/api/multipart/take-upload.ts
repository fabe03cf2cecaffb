import { forgetUpload, noteUpload } from '../../../db/queries/uploads.ts';
import { newId } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { formLimits, uploadPace } from '../../http/upload/limits.ts';
import { lingerAfterAnswer } from '../../http/upload/linger.ts';
import { takeUploadSlot } from '../../http/upload/slots.ts';
import type { UploadedRecording } from '../../pipeline/receive/uploaded.ts';
import { audioOnly } from '../../pipeline/record/content.ts';
import { recordingKey } from '../../pipeline/record/storage-key.ts';
import { gathered } from '../../storage/gather.ts';
import type { ApiCall } from '../endpoint.ts';
import { keepDigest } from './digest.ts';
import { type FormFields, readForm } from './read-form.ts';

/** A recording that lies in storage, with what was sent beside it. */
export interface Upload {
  /** Of the interaction that it is for. */
  id: Buffer;
  fields: FormFields;
  recording: UploadedRecording;
}

export interface UploadSteps<Kept> {
  /** Refuses what can be refused before the file is read, by the fields that came before it. */
  check(fieldsBefore: FormFields): Promise<void>;
  /** Stores the interaction. When it refuses, the recording is removed. */
  keep(upload: Upload): Promise<Kept>;
}

/**
 * Streams the recording of a form into sealed storage, then lets it be kept. Whatever is thrown, nothing is left in
 * storage; after a program that died in between it is removed a day later (work of the kind `upload`). Throws what
 * readForm() and audioOnly() throw, `rate_limited`, `storage_full`, and what the steps throw.
 */
export async function takeUpload<Kept>(call: ApiCall, steps: UploadSteps<Kept>): Promise<Kept> {
  const { request, response, account } = call;
  try {
    const slot = takeUploadSlot(account.id);
    // Whatever an upload may wait for: when its client is gone, it takes nobody's place.
    request.socket.once('close', slot.free);
    try {
      return await readAndKeep(call, steps);
    } finally {
      request.socket.off('close', slot.free);
      slot.free();
    }
  } catch (error) {
    lingerAfterAnswer(request, response);
    throw error;
  }
}

async function readAndKeep<Kept>(call: ApiCall, { check, keep }: UploadSteps<Kept>): Promise<Kept> {
  const { services, account, request } = call;
  const id = newId();
  const file = openRecordingFile(call, id);
  let isGivenAway = false;
  try {
    const { fields, file: recording } = await readForm(request, {
      limits: formLimits,
      pace: uploadPace,
      async takeFile(content, { fieldsBefore, fileName }) {
        await check(fieldsBefore);
        return await file.store(content, fileName);
      },
    });
    keepDigest(request, fields, recording.sha256);
    isGivenAway = true;
    const kept = await keep({ id, fields, recording });
    await file.keep();
    return kept;
  } catch (error) {
    // Of a commit whose answer was lost nobody knows whether it was made: then the recording stays until somebody looks.
    if (!isGivenAway || isRefusal(error)) await file.remove();
    else
      services.log.warn({ account_id: account.id, err: error }, 'an upload may have been kept; it is looked at later');
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'config';
}

interface RecordingFile {
  store(content: ByteStream, fileName: string | undefined): Promise<UploadedRecording>;
  keep(): Promise<void>;
  remove(): Promise<void>;
}

/** The recording's place in storage, and the note by which it is found again when the program dies. */
function openRecordingFile({ services, account }: ApiCall, id: Buffer): RecordingFile {
  const { storage, database } = services;
  const storageKey = recordingKey(account.id, id, 0);
  let isNoted = false;
  const forget = async () => {
    if (isNoted) await forgetUpload(database.pool, id);
  };
  return {
    async store(content, fileName) {
      await noteUpload(database.pool, account.id, id);
      isNoted = true;
      const sound = audioOnly(content, new AbortController().signal);
      const stored = await storage.put(storageKey, gathered(sound));
      return { storageKey, ...stored, ...(fileName ? { reference: fileName } : {}) };
    },
    keep: forget,
    async remove() {
      if (isNoted) await storage.remove(storageKey);
      await forget();
    },
  };
}
