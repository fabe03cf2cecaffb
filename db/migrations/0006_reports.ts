/** Reports that people ask for: filters they keep, what they chose last, addresses they prove, exports without a job. */
export const statements = [
  `CREATE TABLE saved_filter (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    uid BINARY(16) NOT NULL UNIQUE,
    user_id INT UNSIGNED NOT NULL,
    name VARCHAR(120) NOT NULL,
    is_shared BOOLEAN NOT NULL DEFAULT FALSE,
    filter MEDIUMTEXT NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY (account_id, user_id, name),
    KEY (account_id, is_shared, name)
  )`,
  // What somebody chose last: the columns of the list, those of a report.
  `CREATE TABLE user_preference (
    user_id INT UNSIGNED NOT NULL,
    name VARCHAR(64) NOT NULL,
    account_id INT UNSIGNED NOT NULL,
    value MEDIUMTEXT NOT NULL,
    PRIMARY KEY (user_id, name)
  )`,
  `CREATE TABLE email_verification (
    token_hash BINARY(32) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    user_id INT UNSIGNED NOT NULL,
    email VARCHAR(191) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires_at DATETIME(3) NOT NULL,
    KEY (user_id),
    KEY (expires_at)
  )`,
  // Five hundred columns with headings of their own are more than a TEXT holds.
  'ALTER TABLE job MODIFY report MEDIUMTEXT NULL',
  // An export from the Analysis List has no job: whose it is, and to whom it is mailed.
  `ALTER TABLE execution
    MODIFY job_id INT UNSIGNED NULL,
    MODIFY report MEDIUMTEXT NULL,
    ADD COLUMN requested_by INT UNSIGNED NULL,
    ADD COLUMN recipient VARCHAR(191) NULL,
    ADD KEY by_requester (account_id, requested_by, id)`,
  // The format of the files that a destination gets of a report in several.
  `ALTER TABLE execution_connector MODIFY job_id INT UNSIGNED NULL, ADD COLUMN file_format VARCHAR(8) NULL`,
  // A report's rows as whole files, one for each format, and once more in files short enough for a mail's links.
  `ALTER TABLE report_part
    ADD COLUMN part_set VARCHAR(8) NOT NULL DEFAULT 'file',
    ADD COLUMN file_format VARCHAR(8) NULL,
    ADD UNIQUE KEY by_set (execution_id, part_set, part)`,
  'ALTER TABLE report_part DROP KEY execution_id',
  // Until when the storage keeps plain copies for the links of a mail; null: there are none.
  `ALTER TABLE delivery ADD COLUMN copies_until DATETIME(3) NULL, ADD KEY by_copies_until (copies_until)`,
];
