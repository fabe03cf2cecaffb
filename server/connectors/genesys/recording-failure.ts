import { AppError } from '../../../shared/error.ts';

/** Genesys names no recording of a conversation. */
export function noRecording(conversationId: string, isLate: boolean): AppError {
  return isLate
    ? new AppError(
        'recording_not_yet',
        `Genesys has no recording of the conversation ${conversationId} yet. It will be asked for again.`,
      )
    : new AppError(
        'path_missing',
        `Genesys has no recording of the conversation ${conversationId}: it was not recorded, or its retention has ended.`,
      );
}

/** A batch ended before all of a conversation had come. Nothing is known of what is missing. */
export function unfinished(conversationId: string, isLate: boolean): AppError {
  return new AppError(
    isLate ? 'recording_not_yet' : 'http_unavailable',
    `Genesys has not finished the recording of the conversation ${conversationId} in time. If it lasts, ask Genesys about it.`,
  );
}

/** What Genesys says in place of a recording (`errorMsg`). Its words are not documented, so they are quoted. */
export function batchFailure(conversationId: string, said: string, isLate: boolean): AppError {
  const about = `the recording of the conversation ${conversationId}`;
  const quote = `Genesys says: "${said.slice(0, 300)}".`;
  if (/archiv/i.test(said))
    return new AppError(
      'path_missing',
      `Genesys has archived ${about}. ${quote} Restore it in Genesys, or import calls before the retention policy archives them; then run the import for that day again.`,
    );
  if (/permission|forbidden|unauthori[sz]ed|access denied/i.test(said))
    return new AppError(
      'permission_denied',
      `Genesys does not let the OAuth client have ${about}. ${quote} Its role needs recording:recording:view for the division of the call; recordings marked as sensitive need recording:recording:viewSensitiveData.`,
    );
  if (/process|upload|transcod|progress|pending|not (yet )?(ready|available)/i.test(said))
    return new AppError('recording_not_yet', `Genesys is not done with ${about}. ${quote}`);
  if (/delet|expired|not found|no recording|does not (exist|have)|doesn't (exist|have)/i.test(said)) {
    const { code, message } = noRecording(conversationId, isLate);
    return new AppError(code, `${message} ${quote}`);
  }
  return new AppError(
    'http_unavailable',
    `Genesys could not give ${about}. ${quote} If it lasts, ask Genesys about it.`,
  );
}
