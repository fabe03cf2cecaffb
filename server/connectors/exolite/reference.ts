import { AppError } from '../../../shared/error.ts';

/** A recording as it is kept with its interaction: the call, and where the file lay when the call was listed. */
export interface Place {
  sid: string;
  /** Undefined where only the call itself can say it. */
  url: URL | undefined;
}

/**
 * `SID/host/path`. Nothing in it expires or lets anybody in: a link with a query may be signed, so of that only the call
 * is kept, and a new link is asked for.
 */
export function referenceOf(sid: string, recordingUrl: string): string {
  if (!URL.canParse(recordingUrl)) return sid;
  const { host, pathname, search } = new URL(recordingUrl);
  // A semicolon separates recordings where a row names several.
  return search === '' && host !== '' ? `${sid}/${host}${pathname.replaceAll(';', '%3B')}` : sid;
}

/** `protocol` is the one that recordings are fetched by, `https:` outside of tests. Throws `invalid`. */
export function placeOf(reference: string, protocol: string): Place {
  const slash = reference.indexOf('/');
  const sid = slash < 0 ? reference : reference.slice(0, slash);
  const link = slash < 0 ? undefined : `${protocol}//${reference.slice(slash + 1)}`;
  if (/^[A-Za-z0-9_-]{1,128}$/.test(sid) && (link === undefined || URL.canParse(link)))
    return { sid, url: link === undefined ? undefined : new URL(link) };
  throw new AppError('invalid', `"${reference.slice(0, 200)}" names no recording of Exotel.`);
}
