/** A row as it is stored: checked, its times in UTC, absent values null. */
export interface Interaction {
  externalId: string;
  channelType: string;
  source: string | null;
  language: string | null;
  /** Milliseconds since 1970, UTC. */
  startTimeMs: number | null;
  durationSeconds: number | null;
  audioFormat: string | null;
  callbackUrl: string | null;
  piiRedacted: boolean;
  /** May name several, separated by semicolons. */
  audioUrl: string | null;
  transcriptUrl: string | null;
  transcriptText: string | null;
  /** JSON object, keys in order, so that equal metadata are equal texts. */
  metadata: string;
}
