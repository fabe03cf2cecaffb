/** Jobs that an administrator trusts: what a run said, found quickly among a million, and who is told of its end. */
export const statements = [
  // Bytes of the run under way, for rate and time left; what it retries. Each way
  // to filter the history is one range of an index, newest first; several statuses are several ranges.
  `ALTER TABLE execution
     ADD COLUMN bytes_read BIGINT UNSIGNED NOT NULL DEFAULT 0,
     ADD COLUMN bytes_done BIGINT UNSIGNED NOT NULL DEFAULT 0,
     ADD COLUMN bytes_expected BIGINT UNSIGNED NULL,
     ADD COLUMN retry_of BINARY(16) NULL,
     ADD COLUMN retry_at DATETIME(3) NULL,
     RENAME KEY account_id TO by_account,
     RENAME KEY account_id_2 TO by_status,
     RENAME KEY job_id_2 TO by_job,
     ADD KEY by_type_status (account_id, type, status, id),
     ADD KEY by_job_status (account_id, job_id, status, id),
     ADD KEY by_retried (retry_of)`,
  // One row for each connector of an execution, so that a connector's history is one range of an index. `status` moves
  // with the execution's, in the same transaction; `data_at`: when it ended, where it moved rows.
  `CREATE TABLE execution_connector (
    account_id INT UNSIGNED NOT NULL,
    connector_id INT UNSIGNED NOT NULL,
    execution_id BINARY(16) NOT NULL,
    job_id INT UNSIGNED NOT NULL,
    status VARCHAR(16) NOT NULL,
    data_at DATETIME(3) NULL,
    PRIMARY KEY (execution_id, connector_id),
    KEY by_connector (account_id, connector_id, execution_id),
    KEY by_connector_status (account_id, connector_id, status, execution_id),
    KEY by_connector_job (account_id, connector_id, job_id, status, execution_id),
    KEY by_data (account_id, connector_id, data_at)
  )`,
  `INSERT IGNORE INTO execution_connector (account_id, connector_id, execution_id, job_id, status, data_at)
     SELECT e.account_id, jc.connector_id, e.id, e.job_id, e.status, IF(e.rows_listed > 0, e.ended_at, NULL)
       FROM execution e JOIN job_connector jc ON jc.job_id = e.job_id`,
  // Those of connectors that were deleted, which no job has any more: by the name that the execution kept.
  `INSERT IGNORE INTO execution_connector (account_id, connector_id, execution_id, job_id, status, data_at)
     SELECT e.account_id, c.id, e.id, e.job_id, e.status, IF(e.rows_listed > 0, e.ended_at, NULL)
       FROM connector c JOIN execution e ON e.account_id = c.account_id
      WHERE c.deleted_at IS NOT NULL AND JSON_CONTAINS(e.connector_names, JSON_QUOTE(c.name))`,
  // Executions by the UTC day of their id, as soon as their states can no longer change: what a long history is counted by.
  `CREATE TABLE execution_day (
    account_id INT UNSIGNED NOT NULL,
    day INT UNSIGNED NOT NULL,
    type VARCHAR(16) NOT NULL,
    status VARCHAR(16) NOT NULL,
    n INT UNSIGNED NOT NULL,
    PRIMARY KEY (account_id, day, type, status)
  )`,
  // What a run says of itself, for people.
  `CREATE TABLE execution_log (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    execution_id BINARY(16) NOT NULL,
    at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    level VARCHAR(5) NOT NULL,
    message VARCHAR(1000) NOT NULL,
    KEY by_execution (execution_id, id)
  )`,
  // Who is told what: the account's settings, and a job's own in their place (null: the account's).
  'ALTER TABLE account ADD COLUMN alerts TEXT NULL',
  'ALTER TABLE job ADD COLUMN alerts TEXT NULL',
  // An alert is about a connector or a job. A repeat counts up instead of being another one. `begun`: how often it has
  // begun since `begun_since`; what comes and goes is told of less often.
  `ALTER TABLE alert
     MODIFY connector_id INT UNSIGNED NULL,
     ADD COLUMN job_id INT UNSIGNED NULL,
     ADD COLUMN execution_id BINARY(16) NULL,
     ADD COLUMN count INT UNSIGNED NOT NULL DEFAULT 1,
     ADD COLUMN last_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
     ADD COLUMN told_at DATETIME(3) NULL,
     ADD COLUMN begun INT UNSIGNED NOT NULL DEFAULT 1,
     ADD COLUMN begun_since DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
     ADD UNIQUE KEY by_job (job_id, kind, subject)`,
  // A webhook about an alert may be signed with a secret of its own.
  'ALTER TABLE webhook_delivery ADD COLUMN sealed_secret TEXT NULL',
  // Mails about alerts, from the transaction that raised or resolved them on. `body`: what happened, as a JSON list;
  // `digest_id`: the notice that another one's was put into.
  `CREATE TABLE alert_notice (
    id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    alert_id BIGINT UNSIGNED NOT NULL,
    event VARCHAR(12) NOT NULL,
    channel VARCHAR(8) NOT NULL,
    address TEXT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    status VARCHAR(12) NOT NULL DEFAULT 'waiting',
    failure TEXT NULL,
    digest_id BINARY(16) NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    sent_at DATETIME(3) NULL,
    KEY by_account (account_id, channel, sent_at),
    KEY by_status (account_id, status, created_at),
    KEY by_age (created_at),
    KEY by_digest (digest_id),
    KEY by_account_id (account_id, id),
    KEY by_alert (alert_id)
  )`,
  // Days of an account as the overview shows them, in the account's zone, so that a page counts only what came since
  // `counted_until`. `runs`: ended executions by type and status, as JSON. `is_final`: nothing of that day can change.
  `CREATE TABLE overview_day (
    account_id INT UNSIGNED NOT NULL,
    starts_at DATETIME(3) NOT NULL,
    counted_until DATETIME(3) NOT NULL,
    counted_at DATETIME(3) NOT NULL,
    imported INT UNSIGNED NOT NULL,
    analysed INT UNSIGNED NOT NULL,
    rejected INT UNSIGNED NOT NULL,
    runs TEXT NOT NULL,
    is_final BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (account_id, starts_at)
  )`,
];
