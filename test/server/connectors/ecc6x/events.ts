import { type Ecc6xConfig, ecc6xConfigSchema } from '../../../../server/connectors/ecc6x/config.ts';

type Json = Record<string, unknown>;

/** What a connector needs at least, with more. */
export function settings(more: Json = {}): Json {
  return { brokers: ['127.0.0.1:9092'], topic: 'interactions', group_id: 'cqa-test', ...more };
}

export function configOf(more: Json = {}): Ecc6xConfig {
  return ecc6xConfigSchema.parse(settings(more));
}

/** An interaction as ECC 6x writes it, with these keys changed. */
export function interaction(more: Json = {}, channelData: Json = {}): Json {
  return {
    id: 'int-1',
    customer_id: 'cust-7',
    customer_name: 'Asha',
    last_assigned_user_id: 'u-12',
    last_assigned_user_name: 'ravi',
    contact_center_id: 3,
    process_id: 9,
    last_campaign_id: 41,
    last_campaign_name: 'Renewals',
    last_queue_name: 'hindi',
    last_disposition: 'sold',
    interaction_media_id: 'm-1',
    channel_name: 'voice',
    direction: 'inbound',
    date_added: 1_795_170_600,
    date_disposed: 1_795_170_900,
    status: 'disposed',
    channel_data: {
      voice_log_url: '/data-engine/v1/voice-logs/int-1',
      chat_transcript_url: '',
      duration: 184,
      last_did: '+918045671234',
      customer_contact: '+919812345678',
      media_id: 'm-1',
      ...channelData,
    },
    additional_info: { policy: 'P-77', premium: 1200, nested: { a: 1 } },
    ...more,
  };
}
