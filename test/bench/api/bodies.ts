/** About 1 KB, as a short chat is. */
const transcript = Array.from({ length: 12 }, (_, turn) =>
  turn % 2 === 0
    ? 'Agent: Thank you for calling Northwind, how can I help you today?'
    : 'Customer: My order has not come and nobody could tell me where it is.',
).join('\n');

const rest = JSON.stringify({
  channel_type: 'CHAT',
  source: 'northwind-pbx',
  language: 'en',
  interaction_start_time: '2026-11-20T09:15:00+05:30',
  duration_seconds: 312,
  pii_redacted: false,
  transcript_text: transcript,
  metadata: { agent_name: 'Asha', queue: 'Orders', priority: 2, is_vip: false, region: 'South' },
}).slice(1);

/** One interaction as JSON; ids are plain words, so nothing is escaped. */
export function itemText(id: string): string {
  return `{"external_interaction_id":"${id}",${rest}`;
}

/** One alone, or several as a batch. */
export function bodyOf(items: string[]): string {
  return items.length === 1 ? (items[0] ?? '') : `{"interactions":[${items.join(',')}]}`;
}
