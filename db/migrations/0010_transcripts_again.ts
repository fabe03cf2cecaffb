/** A transcript that was named by its URL and failed is found again, and what nobody refers to leaves the storage. */
export const statements: string[] = [
  // When its source first said that the transcript is not there yet; after a day it is given up.
  'ALTER TABLE interaction ADD COLUMN transcript_late_since DATETIME(3) NULL',
  // Whose transcript failed, by the execution that brought it. One that is asked for again may stand here still.
  `CREATE TABLE failed_transcript (
    interaction_id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    connector_id INT UNSIGNED NOT NULL,
    execution_id BINARY(16) NOT NULL,
    KEY by_execution (execution_id, interaction_id),
    KEY by_connector (account_id, connector_id, interaction_id)
  )`,
  `INSERT IGNORE INTO failed_transcript (interaction_id, account_id, connector_id, execution_id)
     SELECT i.id, i.account_id, i.connector_id, COALESCE(s.execution_id, UNHEX(REPEAT('00', 16)))
       FROM interaction i LEFT JOIN source_item s ON s.id = i.source_item_id AND s.account_id = i.account_id
      WHERE i.transcript_failure IS NOT NULL`,
  // Places in storage whose recording was replaced or never counted: removed once nobody can be reading them.
  `CREATE TABLE storage_leftover (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    interaction_id BINARY(16) NOT NULL,
    storage_key VARCHAR(255) NOT NULL,
    since DATETIME(3) NOT NULL,
    KEY by_time (since, id)
  )`,
];
