import type { VoiceLogReference } from '../../../../server/connectors/ecc4x/reference.ts';
import { VoiceLog } from '../../../../server/connectors/ecc4x/voice-log/voice-log.ts';
import { voiceLogSchema } from '../../../../server/connectors/ecc4x/voice-log-config.ts';
import { contextOf } from '../contract-kit.ts';
import { campaignId, legOf } from './known-calls.ts';

type Json = Record<string, unknown>;

export function openVoiceLog(config: Json, timeoutMs = 5000): VoiceLog {
  return new VoiceLog(voiceLogSchema.parse(config), { timeoutMs }, contextOf());
}

export function referenceTo(id: string, more: Partial<VoiceLogReference> = {}): VoiceLogReference {
  return { crtObjectId: id, campaignId, callId: legOf(id), startedAtMs: Date.now(), ...more };
}

export async function bytesOf(voiceLog: VoiceLog, reference: VoiceLogReference): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const bytes of await voiceLog.open(reference)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}
