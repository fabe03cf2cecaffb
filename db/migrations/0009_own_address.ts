/** A link may prove an address that takes the place of the one that its user has. */
export const statements: string[] = ['ALTER TABLE email_verification ADD COLUMN replaces VARCHAR(191) NULL'];
