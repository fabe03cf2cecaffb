/**
 * What a link is. Recordings, transcripts and files are read by content links (http, https, s3); callbacks are called at
 * web links (http, https) alone.
 */
export function isWebLink(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

export function isS3Link(text: string): boolean {
  return /^s3:\/\//i.test(text);
}

export function isContentLink(text: string): boolean {
  return isWebLink(text) || (/^s3:\/\/[^/]/i.test(text) && URL.canParse(text));
}

/** Whether a reference is meant as a link, of whatever kind, and not as a path. */
export function hasScheme(reference: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(reference);
}

/** The same for documents, which know regular expressions alone: one link, without the spaces around it. */
const webAddress = addressOf('https?');
const contentAddress = addressOf('(?:https?|s3)');

/** One web link or none. */
export const webLinkPattern = new RegExp(`^\\s*(?:${webAddress})?\\s*$`);

/** Any number of content links, separated by semicolons. */
export const contentLinksPattern = new RegExp(`^\\s*(?:${contentAddress}(?:\\s*;\\s*(?:${contentAddress})?)*)?\\s*$`);

function addressOf(schemes: string): string {
  return String.raw`${schemes}:\/\/[^\s;\/?#]+[^\s;]*`;
}
