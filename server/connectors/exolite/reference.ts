import { AppError } from '../../../shared/error.ts';
import { isWebLink } from '../../../shared/link.ts';

/** A recording as it is kept with its interaction: the call, and where the file lay when the call was listed. */
export interface Place {
  sid: string;
  /** Undefined where only the call itself can say it. */
  url: URL | undefined;
}

/** No host has a name with a colon at its end. */
const plainMark = 'http:/';

/**
 * `SID/host/path`, or `SID/http:/host/path` for a link without TLS. Nothing in it expires or lets anybody in: a link with
 * a query may be signed, so of that only the call is kept, and a new link is asked for.
 */
export function referenceOf(sid: string, recordingUrl: string): string {
  if (!isWebLink(recordingUrl)) return sid;
  const { protocol, host, pathname, search } = new URL(recordingUrl);
  const mark = protocol === 'http:' ? plainMark : '';
  // A semicolon separates recordings where a row names several.
  return search === '' ? `${sid}/${mark}${host}${pathname.replaceAll(';', '%3B')}` : sid;
}

/** Throws `invalid`. */
export function placeOf(reference: string): Place {
  const slash = reference.indexOf('/');
  const sid = slash < 0 ? reference : reference.slice(0, slash);
  const link = slash < 0 ? undefined : linkAt(reference.slice(slash + 1));
  if (/^[A-Za-z0-9_-]{1,128}$/.test(sid) && (link === undefined || URL.canParse(link)))
    return { sid, url: link === undefined ? undefined : new URL(link) };
  throw new AppError('invalid', `"${reference.slice(0, 200)}" names no recording of Exotel.`);
}

function linkAt(place: string): string {
  return place.startsWith(plainMark) ? `http://${place.slice(plainMark.length)}` : `https://${place}`;
}
