/** Hosted inboxes, manual imports, items that wait, rejected rows that are mended, alerts. */
export const statements = [
  // `after_state`: what became of the file itself once its rows were stored (moved, deleted); null where it stays.
  // `finished_at`: when that was. What is listed at its place later is another file.
  // `header`: the heading row as the file had it, by which a rejected row is read again; `delimiter`: what separated it.
  `ALTER TABLE source_item
     ADD COLUMN byte_size BIGINT UNSIGNED NULL,
     ADD COLUMN modified_at DATETIME(3) NULL,
     ADD COLUMN header TEXT NULL,
     ADD COLUMN delimiter CHAR(1) NULL,
     ADD COLUMN after_state VARCHAR(8) NULL,
     ADD COLUMN finished_at DATETIME(3) NULL,
     ADD KEY by_reading (execution_id, state, item_key),
     ADD KEY by_standing (connector_id, location_hash, state, item_key),
     ADD KEY by_arrival (connector_id, created_at),
     ADD KEY by_after (connector_id, location_hash, after_state)`,
  // Items that an execution saw and left for later, with the reason; as many as a person would read.
  `CREATE TABLE waiting_item (
    execution_id BINARY(16) NOT NULL,
    key_hash BINARY(32) NOT NULL,
    account_id INT UNSIGNED NOT NULL,
    item_key VARBINARY(1024) NOT NULL,
    byte_size BIGINT UNSIGNED NULL,
    reason VARCHAR(500) NOT NULL,
    PRIMARY KEY (execution_id, key_hash)
  )`,
  // Of a backfill: the days that are read again, whatever the ledger says.
  'ALTER TABLE execution ADD COLUMN range_from DATETIME(3) NULL, ADD COLUMN range_to DATETIME(3) NULL',
  // `header`, `delimiter`: of the file within an archive; the item's own stand for all other rows.
  // `is_cut`: the row was longer than what is kept of it.
  `ALTER TABLE rejected_row
     ADD COLUMN header TEXT NULL,
     ADD COLUMN delimiter CHAR(1) NULL,
     ADD COLUMN is_cut BOOLEAN NOT NULL DEFAULT FALSE,
     ADD COLUMN state VARCHAR(10) NOT NULL DEFAULT 'open',
     ADD COLUMN replayed_at DATETIME(3) NULL,
     ADD COLUMN replayed_by VARCHAR(191) NULL,
     ADD KEY by_state (account_id, state, id),
     ADD KEY by_item (source_item_id)`,
  // Of rows that were kept before, the length alone tells; a character is not cut in two.
  'UPDATE rejected_row SET is_cut = TRUE WHERE LENGTH(raw) >= 4093',
  // When its source first said that the recording is not there yet; after a day it is given up.
  'ALTER TABLE recording ADD COLUMN late_since DATETIME(3) NULL',
  // The login that an inbox connector's username is; unique among all accounts, because nothing else comes with it.
  `CREATE TABLE inbox_login (
    connector_id INT UNSIGNED PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    username VARBINARY(64) NOT NULL UNIQUE
  )`,
  // A file or folder of an inbox. Its content is the sequence of its segments, one for each connection that wrote it. While
  // a file is uploaded, also over one that is complete, what has come stands in `upload_segments`; `upload_token` is of
  // the connection that writes it. `revision` counts completions.
  `CREATE TABLE inbox_file (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    connector_id INT UNSIGNED NOT NULL,
    path VARBINARY(1024) NOT NULL,
    path_hash BINARY(32) NOT NULL,
    is_folder BOOLEAN NOT NULL DEFAULT FALSE,
    state VARCHAR(10) NOT NULL,
    revision INT UNSIGNED NOT NULL DEFAULT 0,
    byte_size BIGINT UNSIGNED NOT NULL DEFAULT 0,
    segments MEDIUMTEXT NOT NULL,
    upload_token BINARY(16) NULL,
    upload_size BIGINT UNSIGNED NOT NULL DEFAULT 0,
    upload_segments MEDIUMTEXT NULL,
    modified_at DATETIME(3) NOT NULL,
    written_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY (connector_id, path_hash),
    KEY by_path (connector_id, path),
    KEY by_size (connector_id, byte_size, upload_size),
    KEY (account_id, connector_id, id),
    KEY by_time (account_id, written_at)
  )`,
  `CREATE TABLE inbox_session (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    connector_id INT UNSIGNED NOT NULL,
    remote_address VARCHAR(64) NOT NULL,
    client VARCHAR(191) NOT NULL,
    files_received INT UNSIGNED NOT NULL DEFAULT 0,
    bytes_received BIGINT UNSIGNED NOT NULL DEFAULT 0,
    started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    seen_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ended_at DATETIME(3) NULL,
    end_reason VARCHAR(191) NULL,
    KEY (account_id, connector_id, id),
    KEY by_end (ended_at, seen_at)
  )`,
  'ALTER TABLE campaign ADD COLUMN settings TEXT NULL',
  // Calls that a person brings in by hand, file by file; `settings` is the metadata that all of them get.
  `CREATE TABLE campaign_import (
    id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    campaign_id INT UNSIGNED NOT NULL,
    state VARCHAR(10) NOT NULL,
    settings TEXT NOT NULL,
    report MEDIUMTEXT NULL,
    failure TEXT NULL,
    created_by VARCHAR(191) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ended_at DATETIME(3) NULL,
    KEY (account_id, campaign_id, id),
    KEY (account_id, state, id),
    KEY (account_id, ended_at),
    KEY (state, created_at)
  )`,
  // `pending`: keys under which something may lie in storage that is no segment yet.
  `CREATE TABLE campaign_import_file (
    id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    import_id BINARY(16) NOT NULL,
    name VARCHAR(512) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    state VARCHAR(10) NOT NULL,
    byte_size BIGINT UNSIGNED NOT NULL,
    received BIGINT UNSIGNED NOT NULL DEFAULT 0,
    segments MEDIUMTEXT NOT NULL,
    pending TEXT NOT NULL,
    metadata MEDIUMTEXT NULL,
    interaction_id BINARY(16) NULL,
    failure TEXT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    KEY (import_id, state, id),
    KEY (account_id, state, byte_size)
  )`,
  // What somebody should look at until it is resolved; `subject` (a hash) tells one expectation of a connector
  // from another, `details` is what it expects. One that was met is kept as resolved, so that it is not looked for again.
  `CREATE TABLE alert (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    connector_id INT UNSIGNED NOT NULL,
    kind VARCHAR(24) NOT NULL,
    subject BINARY(32) NOT NULL,
    details TEXT NULL,
    message VARCHAR(1000) NOT NULL,
    raised_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    resolved_at DATETIME(3) NULL,
    UNIQUE KEY (connector_id, kind, subject),
    KEY (account_id, resolved_at, id)
  )`,
];
