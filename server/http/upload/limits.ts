/** What a form with a recording may hold. */
export interface FormLimits {
  /** Bytes of the file. */
  fileBytes: number;
  /** Fields beside the file. */
  fields: number;
  /** Bytes of one field's value. */
  fieldBytes: number;
  /** Bytes of everything beside the file: all fields, and what frames them. */
  formBytes: number;
}

/** How slowly a body may come. Only the client's time counts, not ours: see watchPace(). */
export interface Pace {
  /** Without a byte for so long, the upload is ended. */
  silenceMs: number;
  /** When nothing comes and nothing is stored either for so long, the upload is ended. */
  stuckMs: number;
  /** In each window of that length … */
  windowMs: number;
  /** … at least so many bytes have to come. */
  windowBytes: number;
  /** The whole body has to be here after so long. */
  totalMs: number;
}

/**
 * 500 MB are four and a half hours of uncompressed telephone audio on two channels. A recording that is larger is named
 * by its `audio_url` and fetched, up to 2 GB: an upload that breaks off starts from nothing, a download is tried again.
 */
export const formLimits: FormLimits = {
  fileBytes: 500 * 1024 ** 2,
  fields: 32,
  fieldBytes: 256 * 1024,
  formBytes: 1024 ** 2,
};

/** 500 MB within two hours is 73 KB/s, less than a telephone line of 2005 gave. */
export const uploadPace: Pace = {
  silenceMs: 30_000,
  stuckMs: 30_000,
  windowMs: 60_000,
  windowBytes: 60 * 1024,
  totalMs: 2 * 3600_000,
};
