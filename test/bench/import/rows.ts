import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const columns =
  'external_interaction_id,channel_type,source,language,interaction_start_time,duration_seconds,transcript_text,agent_name,agent_email,team_name,campaign_id,disposition';

const two = (number: number) => String(number).padStart(2, '0');

interface BenchRow {
  externalId: string;
  time: string;
  seconds: number;
  transcript: string;
  agent: number;
  team: number;
  campaign: number;
  disposition: string;
}

function benchRow(index: number): BenchRow {
  return {
    externalId: `CALL-${String(index).padStart(9, '0')}`,
    time: `2026-${two(1 + (index % 12))}-${two(1 + (index % 28))}T${two(index % 24)}:${two(index % 60)}:${two((index * 7) % 60)}`,
    seconds: index % 900,
    transcript: `Agent: Hello, how may I help? Customer: Parcel ${index} is late`,
    agent: index % 300,
    team: index % 20,
    campaign: index % 7,
    disposition: index % 3 === 0 ? 'follow up' : 'solved',
  };
}

/** 12 columns, about 172 bytes a row: 500,000 rows are 86 MB. */
export async function writeCsv(path: string, rowCount: number): Promise<void> {
  await pipeline(csvBlocks(rowCount), createWriteStream(path));
}

function* csvBlocks(rowCount: number): Generator<string> {
  yield `${columns}\n`;
  for (let start = 0; start < rowCount; start += 1000) {
    let block = '';
    for (let index = start; index < Math.min(start + 1000, rowCount); index++) {
      const row = benchRow(index);
      block += `${row.externalId},VOICE,pbx-1,en,${row.time}Z,${row.seconds},"${row.transcript}",Agent ${row.agent},a${row.agent}@example.com,Team ${row.team},c-${row.campaign},${row.disposition}\n`;
    }
    yield block;
  }
}

/** The same rows as multi-row INSERTs into `table`, 1,000 rows each, prepared before anything is measured. */
export function insertStatements(table: string, rowCount: number): string[] {
  const statements: string[] = [];
  for (let start = 0; start < rowCount; start += 1000) {
    const values = Array.from({ length: Math.min(1000, rowCount - start) }, (_, index) => sqlValues(start + index));
    statements.push(`INSERT INTO ${table} (${insertColumns}) VALUES ${values.join(',')}`);
  }
  return statements;
}

const insertColumns =
  'id,account_id,external_id,channel_type,source,language,interaction_start_time,occurred_at,duration_seconds,transcript_text,metadata,content_hash,connector_id,source_item_id,source_line,status,unanalysed_reason,status_modified_at,created_at';

function sqlValues(index: number): string {
  const row = benchRow(index);
  const id = index.toString(16).padStart(32, '0');
  const metadata = `{"agent_email":"a${row.agent}@example.com","agent_name":"Agent ${row.agent}","campaign_id":"c-${row.campaign}","disposition":"${row.disposition}","team_name":"Team ${row.team}"}`;
  return `(x'${id}',1,'${row.externalId}','VOICE','pbx-1','en','${row.time}','${row.time}',${row.seconds},'${row.transcript}','${metadata}',x'${id.slice(8)}',1,1,${index},2,0,NOW(3),NOW(3))`;
}

/** What the server's own client is told, to load the same file into the same columns. */
export function loadStatement(table: string, path: string): string {
  return `SET @n = 0; LOAD DATA LOCAL INFILE '${path}' INTO TABLE ${table} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\\n' IGNORE 1 LINES
    (external_id, channel_type, source, language, @time, duration_seconds, transcript_text, @agent, @email, @team, @campaign, @disposition)
    SET id = UNHEX(LPAD(HEX(@n := @n + 1), 32, '0')), account_id = 1, interaction_start_time = LEFT(@time, 19),
      occurred_at = LEFT(@time, 19), metadata = JSON_OBJECT('agent_email', @email, 'agent_name', @agent,
      'campaign_id', @campaign, 'disposition', @disposition, 'team_name', @team), content_hash = 'x', connector_id = 1,
      source_item_id = 1, source_line = @n, status = 2, unanalysed_reason = 0, status_modified_at = NOW(3), created_at = NOW(3)`;
}
