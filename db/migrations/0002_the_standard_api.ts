/** API keys, limits, idempotency, ingress jobs, webhooks and campaigns: the Standard API. */
export const statements = [
  // Null where the contract's default holds, and for caps where there is none.
  'ALTER TABLE account ADD COLUMN ingest_per_minute INT UNSIGNED NULL',
  'ALTER TABLE account ADD COLUMN read_per_minute INT UNSIGNED NULL',
  'ALTER TABLE account ADD COLUMN daily_cap INT UNSIGNED NULL',
  'ALTER TABLE account ADD COLUMN weekly_cap INT UNSIGNED NULL',
  'ALTER TABLE account ADD COLUMN monthly_cap INT UNSIGNED NULL',
  'ALTER TABLE account ADD COLUMN webhooks_enabled BOOLEAN NOT NULL DEFAULT TRUE',
  // Buckets that s3:// links of this account may name under the installation's own credentials; a JSON array.
  'ALTER TABLE account ADD COLUMN s3_buckets TEXT NULL',
  // A key is `cqa_<lookup>_<secret>`; what is kept of the secret is its SHA-256.
  `CREATE TABLE api_key (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    uid BINARY(16) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    lookup VARBINARY(32) NOT NULL UNIQUE,
    secret_hash BINARY(32) NOT NULL,
    hint VARCHAR(8) NOT NULL,
    sealed_signing_secret VARCHAR(512) NOT NULL,
    scopes VARCHAR(64) NOT NULL,
    created_by VARCHAR(191) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    last_used_at DATETIME(3) NULL,
    expires_at DATETIME(3) NULL,
    retires_at DATETIME(3) NULL,
    revoked_at DATETIME(3) NULL,
    KEY (account_id, id)
  )`,
  // In the shape that rate-limiter-flexible reads and writes; `expire` is milliseconds since 1970.
  `CREATE TABLE rate_limit (
    \`key\` VARCHAR(255) NOT NULL PRIMARY KEY,
    points INT NOT NULL DEFAULT 0,
    expire BIGINT UNSIGNED,
    KEY (expire)
  )`,
  `CREATE TABLE conversation_count (
    account_id INT UNSIGNED NOT NULL,
    period VARCHAR(8) NOT NULL,
    starts_on DATE NOT NULL,
    conversations INT UNSIGNED NOT NULL,
    PRIMARY KEY (account_id, period, starts_on)
  )`,
  // Without a status the request is under way, until `locked_until` at the latest.
  `CREATE TABLE idempotency_key (
    account_id INT UNSIGNED NOT NULL,
    idempotency_key VARBINARY(255) NOT NULL,
    fingerprint BINARY(32) NOT NULL,
    status SMALLINT UNSIGNED NULL,
    answer MEDIUMTEXT NULL,
    locked_until DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (account_id, idempotency_key),
    KEY (created_at)
  )`,
  // A batch or a file that came over the API. Its rows have a source_item of its own, whose execution_id is the job's id.
  `CREATE TABLE ingress_job (
    id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    type VARCHAR(8) NOT NULL,
    status VARCHAR(12) NOT NULL,
    source_item_id BIGINT UNSIGNED NOT NULL,
    request MEDIUMTEXT NULL,
    total_rows INT UNSIGNED NOT NULL DEFAULT 0,
    accepted INT UNSIGNED NOT NULL DEFAULT 0,
    rejected INT UNSIGNED NOT NULL DEFAULT 0,
    error TEXT NULL,
    callback_url TEXT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    completed_at DATETIME(3) NULL,
    KEY (account_id, type, status),
    KEY (account_id, id)
  )`,
  `CREATE TABLE ingress_job_interaction (
    job_id BINARY(16) NOT NULL,
    line INT UNSIGNED NOT NULL,
    interaction_id BINARY(16) NOT NULL,
    PRIMARY KEY (job_id, line)
  )`,
  'ALTER TABLE rejected_row ADD COLUMN external_id VARBINARY(255) NULL',
  // What a customer's server is told, written in the transaction of the change that it tells of.
  `CREATE TABLE webhook_delivery (
    id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    event VARCHAR(40) NOT NULL,
    url TEXT NOT NULL,
    interaction_id BINARY(16) NULL,
    external_id VARBINARY(255) NULL,
    payload MEDIUMTEXT NOT NULL,
    state VARCHAR(12) NOT NULL DEFAULT 'pending',
    attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
    history MEDIUMTEXT NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ended_at DATETIME(3) NULL,
    KEY (account_id, id),
    KEY (account_id, state, id),
    KEY (interaction_id),
    KEY (created_at)
  )`,
  // The newest result of an account, for whoever watches its list.
  'ALTER TABLE analysis ADD KEY by_completion (account_id, completed_at)',
  // uid is shown as 24 hex digits.
  `CREATE TABLE campaign (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    uid BINARY(12) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    created_by VARCHAR(191) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY (account_id, name)
  )`,
  // What a search of analyses decides by: rows with score cards are as large as a page of the index.
  'ALTER TABLE analysis ADD KEY by_result (account_id, occurred_at, id, interaction_id, profile_id, qa_score, final_score)',
];
