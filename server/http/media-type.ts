import { AppError } from '../../shared/error.ts';
import { type Container, sniffAudio } from '../analysis/media/sniff.ts';

interface MediaType {
  type: string;
  extension: string;
}

const types: Record<Container, MediaType> = {
  wav: { type: 'audio/wav', extension: 'wav' },
  mp3: { type: 'audio/mpeg', extension: 'mp3' },
  aac: { type: 'audio/aac', extension: 'aac' },
  ogg: { type: 'audio/ogg', extension: 'ogg' },
  flac: { type: 'audio/flac', extension: 'flac' },
  amr: { type: 'audio/amr', extension: 'amr' },
  gsm: { type: 'audio/x-gsm', extension: 'gsm' },
  mp4: { type: 'audio/mp4', extension: 'm4a' },
  webm: { type: 'audio/webm', extension: 'webm' },
  wma: { type: 'audio/x-ms-wma', extension: 'wma' },
  aiff: { type: 'audio/aiff', extension: 'aiff' },
  au: { type: 'audio/basic', extension: 'au' },
  caf: { type: 'audio/x-caf', extension: 'caf' },
};

/** A player is told the type by the recording's first bytes; what is no audio goes out as bytes that nothing opens. */
export function mediaType(firstBytes: Uint8Array): MediaType {
  try {
    return types[sniffAudio(firstBytes).container];
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_audio')
      return { type: 'application/octet-stream', extension: 'bin' };
    throw error;
  }
}
