import { bad, type GenesysCall, Refusal } from './conversations.ts';

type Json = Record<string, unknown>;

interface Batch {
  conversationIds: string[];
  looks: number;
}

/** Batch downloads of one organisation. While they go on, first nothing is counted, then what there will be. */
export class Batches {
  readonly submitted: string[][] = [];
  /** So many looks at a batch find it going on. */
  pendingLooks = 0;
  /** Nothing is counted yet, however often somebody looks. */
  countsNothing = false;
  /** Recordings that are counted, but do not come. */
  readonly heldBack = new Set<string>();
  readonly #batches = new Map<string, Batch>();
  readonly #callOf: (id: string) => GenesysCall | undefined;
  readonly #linkTo: (recordingId: string, call: GenesysCall) => string;

  constructor(
    callOf: (id: string) => GenesysCall | undefined,
    linkTo: (recordingId: string, call: GenesysCall) => string,
  ) {
    this.#callOf = callOf;
    this.#linkTo = linkTo;
  }

  submit(body: Json): Json {
    const list = body.batchDownloadRequestList as { conversationId?: string }[] | undefined;
    if (!list?.length || list.length > 100) throw bad('A batch holds 1 to 100 requests');
    const conversationIds = list.map(({ conversationId }) => {
      if (!conversationId) throw bad('conversationId is missing');
      return conversationId;
    });
    const id = `batch-${this.#batches.size + 1}`;
    this.#batches.set(id, { conversationIds, looks: 0 });
    this.submitted.push(conversationIds);
    return { id };
  }

  status(id: string): Json {
    const batch = this.#batches.get(id);
    if (!batch) throw new Refusal(404, 'not.found', 'There is no such batch');
    const results = batch.conversationIds.flatMap((conversationId) => this.#resultsOf(conversationId));
    const look = batch.looks++;
    if (this.countsNothing) return { id, expectedResultCount: 0, resultCount: 0, results: [] };
    if (look < this.pendingLooks)
      return { id, expectedResultCount: look === 0 ? 0 : results.length, resultCount: 0, results: [] };
    const come = results.filter(({ recordingId }) => !this.heldBack.has(String(recordingId)));
    return { id, expectedResultCount: results.length, resultCount: come.length, results: come };
  }

  #resultsOf(conversationId: string): Json[] {
    const call = this.#callOf(conversationId);
    if (!call) return [{ conversationId, errorMsg: 'Conversation not found' }];
    if (call.recording === 'late') return [{ conversationId, errorMsg: 'The recording is still being processed' }];
    if (call.recordingError === '') return [];
    if (call.recordingError) return [{ conversationId, recordingId: 'r', errorMsg: call.recordingError }];
    const there = recordingsOf(call).filter(({ fileState }) => fileState !== 'DELETED');
    return there.map(({ id, contentType = 'audio/ogg' }) => ({
      ...{ conversationId, recordingId: id, contentType },
      resultUrl: this.#linkTo(id, call),
    }));
  }
}

export function recordingsOf(call: GenesysCall): NonNullable<GenesysCall['recordings']> {
  return call.recordings ?? [{ id: `recording-of-${call.id}`, seconds: call.durationSeconds ?? 60 }];
}

export function metadataOf(call: GenesysCall): Json[] {
  return recordingsOf(call).map(({ id, seconds, fileState = 'AVAILABLE' }) => ({
    ...{ id, conversationId: call.id, media: 'audio', fileState },
    startTime: call.startedAt.toISOString(),
    endTime: new Date(call.startedAt.getTime() + seconds * 1000).toISOString(),
  }));
}
