/** Links that people are sent: what became of each stays known for a while. Who was seen when. */
export const statements: string[] = [
  'ALTER TABLE email_verification ADD COLUMN used_at DATETIME(3) NULL',
  // With its link a user chooses a password. One that was mailed was shown to nobody else, so it proves the address too.
  `CREATE TABLE invitation (
    token_hash BINARY(32) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    user_id INT UNSIGNED NOT NULL,
    email VARCHAR(191) NOT NULL,
    is_mailed BOOLEAN NOT NULL,
    created_by VARCHAR(191) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    KEY (account_id, user_id),
    KEY (expires_at)
  )`,
  'ALTER TABLE user ADD COLUMN last_seen_at DATETIME(3) NULL',
];
