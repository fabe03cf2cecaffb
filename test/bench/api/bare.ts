import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type DatabaseAddress, openDatabase } from '../../../db/database.ts';
import { newId, uuidText } from '../../../db/uuid.ts';

/** The peer, as a process: Express, its JSON parser, and one INSERT into our table on a pool like ours. */
const { address, accountId } = JSON.parse(process.argv[2] ?? '') as { address: DatabaseAddress; accountId: number };
const { pool } = await openDatabase(address);
const app = express();
app.use(express.json({ limit: '1mb' }));

app.post('/interactions', async (request, response) => {
  const id = newId();
  const item = request.body;
  const startTime = new Date(item.interaction_start_time);
  const now = new Date();
  await pool.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, status, pii_redacted, occurred_at, interaction_start_time,
       duration_seconds, source, language, transcript_text, metadata, content_hash, connector_id, source_item_id, source_line,
       status_modified_at, created_at)
     VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?)`,
    [
      id,
      accountId,
      item.external_interaction_id,
      item.channel_type,
      item.pii_redacted,
      startTime,
      startTime,
      item.duration_seconds,
      item.source,
      item.language,
      item.transcript_text,
      JSON.stringify(item.metadata),
      createHash('sha256').update(item.transcript_text).digest().subarray(0, 12),
      now,
      now,
    ],
  );
  response.status(201).json({ interaction_id: uuidText(id), status: 'queued' });
});

const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address() as AddressInfo)));
