/**
 * The Analysis List at millions of interactions: every condition has an index in the list's own order, the time and the
 * id of the interaction, so that a page is read from whichever is the rarest.
 */
export const statements: string[] = [
  // Metadata by which an account's interactions are found. `filled_to` is the last external id that was looked at; null
  // where the look is over (`is_ready`) or has not begun.
  `CREATE TABLE attribute_field (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    name VARBINARY(480) NOT NULL,
    is_ready BOOLEAN NOT NULL DEFAULT FALSE,
    is_removed BOOLEAN NOT NULL DEFAULT FALSE,
    filled_to VARBINARY(255) NULL,
    rows_filled BIGINT UNSIGNED NOT NULL DEFAULT 0,
    rows_total BIGINT UNSIGNED NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY (account_id, name)
  )`,
  // What the roles of today's users are bounded by.
  `INSERT IGNORE INTO attribute_field (account_id, name) SELECT DISTINCT account_id, 'agent_email' FROM user WHERE role = 'agent'`,
  ...['team_name', 'campaign_id'].map(
    (name) =>
      `INSERT IGNORE INTO attribute_field (account_id, name) SELECT DISTINCT account_id, '${name}' FROM user WHERE role = 'supervisor'`,
  ),
  // Interactions that were stored or changed and not yet looked at: everything between two ids, or where they lie far
  // apart those of `ids` alone, one after the other.
  `CREATE TABLE attribute_pending (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    account_id INT UNSIGNED NOT NULL,
    first_id BINARY(16) NOT NULL,
    last_id BINARY(16) NOT NULL,
    ids MEDIUMBLOB NULL,
    KEY (account_id, id)
  )`,
  // `value` is a hash of the value in its most general form. A row says "perhaps": what is found by it is looked at again.
  `CREATE TABLE interaction_attribute (
    account_id INT UNSIGNED NOT NULL,
    field INT UNSIGNED NOT NULL,
    value BINARY(8) NOT NULL,
    occurred_at DATETIME(3) NOT NULL,
    interaction_id BINARY(16) NOT NULL,
    PRIMARY KEY (account_id, field, value, occurred_at, interaction_id)
  )`,
  // With the status in front: lists of all statuses read four stretches instead of one.
  'ALTER TABLE interaction ADD KEY by_status (account_id, status, occurred_at, id)',
  'ALTER TABLE interaction DROP KEY by_time',
  `ALTER TABLE analysis
    ADD KEY by_profile (account_id, profile_id, occurred_at, interaction_id, percentage_score, final_score),
    ADD KEY by_percentage (account_id, percentage_score, profile_id, occurred_at, interaction_id),
    ADD KEY by_points (account_id, final_score, profile_id, occurred_at, interaction_id)`,
  // An analysis has its interaction's time, also where that came to be known later.
  `UPDATE analysis a JOIN interaction i ON i.id = a.interaction_id
      SET a.occurred_at = i.occurred_at WHERE a.occurred_at <> i.occurred_at`,
];
