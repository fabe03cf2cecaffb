/** Whoever is told of files that do not come is told of data that stay away, and a stream knows whether it ever stored any. */
export const statements: string[] = [
  // Saved before there was this kind. It comes where saving puts it, so that the settings are the same once saved again.
  ...['account', 'job'].map(
    (table) => `UPDATE ${table}
      SET alerts = REPLACE(alerts, '"expected_file"', '"expected_file","expected_data"')
      WHERE JSON_CONTAINS(alerts, '"expected_file"', '$.kinds') AND NOT JSON_CONTAINS(alerts, '"expected_data"', '$.kinds')`,
  ),
  // Null until something is stored; of positions from before, whose time was that of their beginning, as far as it is known.
  'ALTER TABLE stream_position MODIFY stored_at DATETIME(3) NULL',
  'UPDATE stream_position SET stored_at = NULL WHERE last_event_at IS NULL',
];
