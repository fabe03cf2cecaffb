/** Streams of events: where each partition is read on, and how the streams stand. */
export const statements = [
  // The offset of the next event to store, moved on in the transaction that stores those before it: resume point and fence
  // at once. `location_hash`: the cluster's own id and the topic's name. `topic_id`: the broker's for the topic that the
  // offset belongs to; one that is made anew under the same name has another.
  `CREATE TABLE stream_position (
    connector_id INT UNSIGNED NOT NULL,
    location_hash BINARY(32) NOT NULL,
    partition_id INT UNSIGNED NOT NULL,
    account_id INT UNSIGNED NOT NULL,
    topic_id VARCHAR(64) NULL,
    next_offset BIGINT UNSIGNED NOT NULL,
    last_event_at DATETIME(3) NULL,
    stored_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (connector_id, location_hash, partition_id)
  )`,
  // What each process that reads a stream says of it, some seconds old at most while it lives.
  `CREATE TABLE stream_reader (
    connector_id INT UNSIGNED NOT NULL,
    process_id BINARY(16) NOT NULL,
    account_id INT UNSIGNED NOT NULL,
    state VARCHAR(12) NOT NULL,
    partitions INT UNSIGNED NOT NULL DEFAULT 0,
    \`lag\` BIGINT UNSIGNED NOT NULL DEFAULT 0,
    events_per_second DOUBLE NOT NULL DEFAULT 0,
    last_event_at DATETIME(3) NULL,
    restarts INT UNSIGNED NOT NULL DEFAULT 0,
    error TEXT NULL,
    seen_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (connector_id, process_id),
    KEY by_account (account_id, connector_id)
  )`,
  // Of an event the offset stands where a file has its line, and the whole of it is kept; `raw_bytes`: what is no UTF-8,
  // as it came, for `raw` shows it with a mark for each byte that is none.
  `ALTER TABLE rejected_row MODIFY line BIGINT UNSIGNED NOT NULL, MODIFY raw MEDIUMTEXT NOT NULL,
     ADD COLUMN raw_bytes MEDIUMBLOB NULL`,
  'ALTER TABLE interaction MODIFY source_line BIGINT UNSIGNED NOT NULL',
  // Of a partition's day: events without content, and events that were gone before they could be read.
  'ALTER TABLE source_item ADD COLUMN skipped INT UNSIGNED NOT NULL DEFAULT 0, ADD COLUMN missed BIGINT UNSIGNED NOT NULL DEFAULT 0',
];
