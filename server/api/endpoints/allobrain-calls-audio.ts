import { createHash } from 'node:crypto';
import { z } from 'zod';
import { selectUserOfAccount } from '../../../db/queries/console-users.ts';
import { findByExternalId } from '../../../db/queries/received-interactions.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { limits } from '../../../shared/interaction.ts';
import { type Campaign, findCampaign } from '../../campaigns/campaigns.ts';
import { markOf, metadataOf } from '../../campaigns/mark.ts';
import { fileField } from '../../http/upload/problems.ts';
import { metadataValue } from '../../pipeline/receive/item-schema.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { type ApiCall, endpoint } from '../endpoint.ts';
import { checkForm } from '../multipart/check-form.ts';
import type { FormFields } from '../multipart/read-form.ts';
import { takeUpload } from '../multipart/take-upload.ts';
import { acceptedSchema } from '../schemas/upload.ts';

/** The campaign's id and name and the agent's address are metadata too, and so are the campaign's defaults. */
const mostPairs = limits.metadataKeys - 3;
/** The end of the year 9999. */
const lastSecond = 253_402_300_799;

const pairSchema = z.strictObject({
  key: z.string().min(1).max(255),
  value: metadataValue,
});

const fieldsSchema = z.strictObject({
  campaign_id: z
    .string('campaign_id is missing; give the id that "cqa campaign list" shows')
    .regex(/^[0-9a-f]{24}$/i, 'campaign_id must be 24 hexadecimal digits')
    .meta({ description: 'A campaign of this account.', example: '665dc5c57275b74ce35c03ab' }),
  conversation_timestamp: z
    .int('conversation_timestamp must be a whole number of seconds since 1970')
    .min(0)
    .max(lastSecond, 'conversation_timestamp is in seconds since 1970, not in milliseconds')
    .optional()
    .meta({ description: 'When the conversation began, in seconds since 1970 (UTC).', example: 1704067200 }),
  agent_email: z
    .string()
    .max(191)
    .optional()
    .meta({ description: 'A user of this account who is not disabled.', example: 'asha@example.com' }),
  metadata: z
    .array(pairSchema, 'metadata must be a list such as [{"key":"queue","value":"Orders"}]')
    .max(mostPairs, `metadata must not exceed ${mostPairs} pairs`)
    .optional()
    .meta({
      description: 'The text of a JSON array of pairs. Of pairs with the same key the last one counts.',
      example: [{ key: 'queue', value: 'Orders' }],
    }),
});
type Fields = z.output<typeof fieldsSchema>;

export const allobrainCallsAudio = endpoint({
  method: 'post',
  path: '//calls/audio',
  operationId: 'allobrainCallsAudio',
  tag: 'Ingress',
  summary: "Send a recording as AlloBrain's clients do",
  description:
    'The key alone names the account. The recording (`file`, 500 MB at most) belongs to a campaign and, where it is named, an agent; an unknown one is a 404. Sending the same recording of the same campaign, agent and time again answers with the interaction that is there.',
  scope: 'ingest',
  allowance: 'ingest',
  errors: [
    'VALIDATION_ERROR',
    'INVALID_REQUEST',
    'NOT_FOUND',
    'UNPROCESSABLE_CONTENT',
    'CONVERSATION_CAP_EXCEEDED',
    'SERVICE_UNAVAILABLE',
  ],
  upload: fieldsSchema.extend({ [fileField]: z.file().meta({ description: 'The recording, known by its content.' }) }),
  answer: { status: 200, description: 'The recording is stored and will be analysed.', data: acceptedSchema },
  async handle(call) {
    let externalId = '';
    try {
      return await takeUpload(call, {
        async check(fieldsBefore) {
          if (fieldsBefore.has('campaign_id')) await conversationOf(call, fieldsBefore);
        },
        async keep({ id, fields, recording }) {
          const conversation = await conversationOf(call, fields);
          externalId = externalIdOf(conversation, recording.sha256);
          await call.receiver.uploaded(call.account.id, interactionOf(conversation, externalId), recording, id);
          const data = { interaction_id: uuidText(id), external_interaction_id: externalId, status: 'queued' as const };
          return { message: 'Queued for processing', data };
        },
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'duplicate') return await answerAgain(call, externalId);
      throw error;
    }
  },
});

interface Conversation {
  fields: Fields;
  campaign: Campaign;
  agentEmail: string | undefined;
}

/** What the fields speak of. Throws `invalid`, and `not_found` for an unknown campaign or agent. */
async function conversationOf({ services, account }: ApiCall, form: FormFields): Promise<Conversation> {
  const fields = checkForm(fieldsSchema, form);
  const campaign = await findCampaign(services, account.id, fields.campaign_id);
  if (!campaign)
    throw new AppError(
      'not_found',
      `This account has no campaign ${fields.campaign_id}. "cqa campaign create" makes one and "cqa campaign list" shows their ids.`,
    );
  const agentEmail = fields.agent_email?.trim().toLowerCase() || undefined;
  if (agentEmail && (await selectUserOfAccount(services.database.pool, account.id, agentEmail)) === undefined)
    throw new AppError('not_found', `This account has no agent ${agentEmail}. Add a user of that address first.`);
  return { fields, campaign, agentEmail };
}

/** The same for the same recording of the same conversation, so that an upload that is sent again is recognised. */
function externalIdOf({ fields, campaign, agentEmail }: Conversation, sha256: string): string {
  const facts = [campaign.id, fields.conversation_timestamp ?? null, agentEmail ?? null, sha256];
  return `allobrain-${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 40)}`;
}

function interactionOf({ fields, campaign, agentEmail }: Conversation, externalId: string): Interaction {
  const { conversation_timestamp: seconds, metadata: pairs = [] } = fields;
  const { defaults } = campaign.settings;
  const ours = { ...markOf(campaign), ...(agentEmail ? { agent_email: agentEmail } : {}) };
  const theirs = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  return {
    externalId,
    channelType: defaults.channel_type || 'VOICE',
    source: 'allobrain',
    language: defaults.language || null,
    startTimeMs: seconds === undefined ? null : seconds * 1000,
    durationSeconds: null,
    audioFormat: null,
    callbackUrl: null,
    piiRedacted: false,
    audioUrl: null,
    transcriptUrl: null,
    transcriptText: null,
    // What we have looked up ourselves is not overwritten by a pair of the same name.
    metadata: JSON.stringify({ ...ours, ...metadataOf(defaults), ...theirs, ...ours }),
  };
}

async function answerAgain({ services, account }: ApiCall, externalId: string) {
  const known = await findByExternalId(services.database.pool, account.id, externalId);
  if (!known) throw new AppError('not_found', 'The recording was here already and has been removed. Send it again.');
  const data = { interaction_id: uuidText(known.id), external_interaction_id: externalId, status: known.status };
  return { message: 'This recording is here already', data };
}
