import { type ConversationDefaults, campaignMark, campaignNameKey } from '../../shared/campaign.ts';
import type { Scalar } from '../../shared/quality.ts';

type Metadata = Record<string, Scalar>;

/** What makes a conversation one of the campaign's: a supervisor's scope and the counts go by the id. */
export function markOf({ id, name }: { id: string; name: string }): Metadata {
  return { [campaignMark]: id, [campaignNameKey]: name };
}

/** Defaults as metadata: those that have a name of their own and the free ones. Empty texts are none. */
export function metadataOf({ agent_name, agent_email, team_name, metadata }: ConversationDefaults): Metadata {
  const all = { ...metadata, agent_name, agent_email: agent_email?.toLowerCase(), team_name };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** What is nearer wins: an import's own over the campaign's. */
export function nearer(near: ConversationDefaults, far: ConversationDefaults): ConversationDefaults {
  return {
    channel_type: near.channel_type || far.channel_type,
    language: near.language || far.language,
    agent_name: near.agent_name || far.agent_name,
    agent_email: near.agent_email || far.agent_email,
    team_name: near.team_name || far.team_name,
    metadata: { ...far.metadata, ...near.metadata },
  };
}

/** The same metadata is the same text. */
export function metadataText(metadata: Metadata): string {
  return JSON.stringify(Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))));
}
