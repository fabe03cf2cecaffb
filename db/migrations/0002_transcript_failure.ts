/** Why the transcript that a row named by its URL is not here, as JSON; null where it is here, on its way or not named. */
export const statements = ['ALTER TABLE interaction ADD COLUMN transcript_failure TEXT NULL'];
