/** The id that the source gives the event of this number; in order of their numbers, byte by byte. */
export const externalIdOf = (index: number): string => `ECC-${String(index).padStart(9, '0')}`;

const secondsBetween = 7;
const firstSeconds = 1_700_000_000;

/** An event as ECC 6x writes it when a conversation has ended, its transcript with it: some 370 bytes of JSON. */
export function eventText(index: number): string {
  return JSON.stringify({
    id: externalIdOf(index),
    customer_id: `C-${index % 40_000}`,
    last_assigned_user_id: `U-${index % 300}`,
    last_assigned_user_name: `Agent ${index % 300}`,
    last_campaign_name: `Campaign ${index % 20}`,
    last_disposition: index % 3 === 0 ? 'follow up' : 'solved',
    channel_name: 'voice',
    direction: index % 2 === 0 ? 'inbound' : 'outbound',
    date_added: firstSeconds + index * secondsBetween,
    channel_data: { duration: index % 900 },
    transcript_text: `Agent: Thank you for calling. Customer: Parcel ${index} is late`,
  });
}
