import type { AnalysisResult } from '../../../db/queries/analyses.ts';
import type { AnalysisSubject } from '../../../db/queries/analysis-subjects.ts';
import type { ProfileVersion } from '../../../db/queries/assignment-rules.ts';
import { uuidText } from '../../../db/uuid.ts';
import type { Failure } from '../../../shared/error.ts';
import type { UnanalysedReason } from '../../../shared/interaction.ts';
import type { TranscriptTurn } from '../../../shared/measures.ts';
import { analyse } from '../../analysis/analyse.ts';
import { assign } from '../../analysis/assignment.ts';
import { attributeLookup, type InteractionFields } from '../../analysis/attributes.ts';
import type { Log } from '../../log.ts';
import type { Measured } from './measure.ts';
import type { RuleReader } from './rules.ts';

/** What an interaction is judged by. */
export interface AnalysisInput {
  subject: AnalysisSubject;
  fields: InteractionFields;
  measured: Measured;
  turns: TranscriptTurn[] | null;
}

export interface AssignedProfile extends ProfileVersion {
  ruleId: number;
}

export type Assigned = { profiles: AssignedProfile[]; reason: UnanalysedReason | undefined };

/** The interaction's own fields by their API names; a duration that its row did not bring is the recording's. */
export function fieldsOf(subject: AnalysisSubject, measured: Measured): InteractionFields {
  return {
    external_interaction_id: subject.externalId,
    channel_type: subject.channelType,
    source: subject.source,
    language: subject.language,
    audio_format: subject.audioFormat,
    pii_redacted: subject.piiRedacted,
    interaction_start_time: subject.startTime?.toISOString(),
    duration_seconds: subject.durationSeconds ?? recordingSeconds(measured),
  };
}

/** Decides by the account's rules of now which profiles score the interaction. */
export async function assignProfiles(
  reader: RuleReader,
  log: Log,
  { subject, fields }: AnalysisInput,
): Promise<Assigned> {
  const { rules, profiles: known } = await reader.ofAccount(subject.accountId);
  const interaction = {
    id: uuidText(subject.id),
    externalId: subject.externalId,
    lookup: attributeLookup(fields, subject.metadata),
  };
  const { profiles: wanted, reason } = assign(interaction, rules);
  if (reason !== null) return { profiles: [], reason };
  const heads = wanted.flatMap(({ name, ruleId }) => {
    const head = known.get(name);
    return head ? [{ head, ruleId: Number(ruleId) }] : [];
  });
  if (heads.length < wanted.length)
    log.warn(
      { accountId: subject.accountId, names: wanted.map(({ name }) => name) },
      'a rule assigns a quality profile that was deleted',
    );
  const profiles = await Promise.all(
    heads.map(async ({ head, ruleId }) => ({ ...(await reader.withBody(head)), ruleId })),
  );
  return { profiles, reason: profiles.length === 0 ? 'no_rule' : undefined };
}

/** Scores the interaction by one profile. Nothing to judge it by makes a failed analysis. */
export function score(input: AnalysisInput, profile: AssignedProfile): AnalysisResult {
  const { id: profileId, version: profileVersion, ruleId } = profile;
  const outcome = nothingToAnalyse(input) ?? scoreCardOf(input, profile);
  return { profileId, profileVersion, ruleId, outcome };
}

function scoreCardOf({ subject, fields, measured, turns }: AnalysisInput, { body }: AssignedProfile) {
  return analyse({
    profile: body,
    measures: 'measurement' in measured ? measured.measurement.measures : null,
    unmeasuredReason: 'failure' in measured ? clause(measured.failure.message) : undefined,
    turns,
    untranscribedReason: subject.transcriptFailure?.message,
    interaction: fields,
    metadata: subject.metadata,
    durationSeconds: recordingSeconds(measured) ?? subject.durationSeconds,
  });
}

/** Why the interaction cannot be analysed at all, where there is neither a measured recording nor a transcript. */
export function nothingToAnalyse({ subject, measured, turns }: AnalysisInput): Failure | undefined {
  if (turns !== null || 'measurement' in measured) return undefined;
  const { code, message } = measured.failure;
  const why = subject.transcriptFailure ? ` The transcript: ${subject.transcriptFailure.message}` : '';
  return { code, message: `${message} There is no transcript text either, so nothing could be analysed.${why}` };
}

function recordingSeconds(measured: Measured): number | null {
  return 'measurement' in measured ? measured.measurement.facts.duration_seconds : null;
}

/** A sentence as the end of another one. */
function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
