/** An inbox's room has the name that the other settings of its kind have. */
export const statements: string[] = [
  `UPDATE connector
    SET config = JSON_REMOVE(JSON_SET(config, '$.quota', JSON_EXTRACT(config, '$.quota_gb')), '$.quota_gb')
    WHERE type = 'inbox' AND JSON_EXTRACT(config, '$.quota_gb') IS NOT NULL`,
];
