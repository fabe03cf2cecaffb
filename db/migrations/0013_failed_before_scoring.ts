/** An interaction whose analysis failed before any profile's result is found again by its execution's retry. */
export const statements: string[] = [
  `CREATE TABLE failed_before_scoring (
    interaction_id BINARY(16) PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    execution_id BINARY(16) NOT NULL,
    KEY by_execution (execution_id, interaction_id)
  )`,
  // 3: failed. Those whose recording, transcript or some profile's analysis failed are found by that.
  `INSERT IGNORE INTO failed_before_scoring (interaction_id, account_id, execution_id)
     SELECT i.id, i.account_id, s.execution_id
       FROM interaction i JOIN source_item s ON s.id = i.source_item_id AND s.account_id = i.account_id
      WHERE i.status = 3 AND i.transcript_failure IS NULL
        AND NOT EXISTS (SELECT 1 FROM analysis a WHERE a.interaction_id = i.id AND a.status = 'failed')
        AND NOT EXISTS (SELECT 1 FROM recording r WHERE r.interaction_id = i.id AND r.state = 'failed')`,
];
