import type { InteractionStatus } from '../../shared/interaction.ts';
import type { Measures } from '../../shared/measures.ts';
import type { Scalar, ScoreCard } from '../../shared/quality.ts';

/** What a report's cell may hold; a writer decides how it looks in its format. */
export type Cell = string | number | boolean | Date | null;

/** The interaction's half of a row. Fields that a report did not ask for are null. */
export interface ReportInteraction {
  id: string;
  externalId: string;
  channelType: string;
  status: InteractionStatus;
  piiRedacted: boolean;
  startTime: Date | null;
  durationSeconds: number | null;
  source: string | null;
  language: string | null;
  audioFormat: string | null;
  callbackUrl: string | null;
  audioUrl: string | null;
  transcriptUrl: string | null;
  transcriptText: string | null;
  failureReason: string | null;
  statusModifiedAt: Date;
  createdAt: Date;
  metadata: Record<string, Scalar>;
}

/** One completed analysis with its interaction. Scores are points. */
export interface ReportRow {
  interaction: ReportInteraction;
  analysisId: string;
  profileId: string;
  profileName: string;
  profileVersion: number;
  aiScore: number | null;
  qaScore: number | null;
  finalScore: number | null;
  criticalityAdjustedScore: number | null;
  maxScore: number | null;
  percentageScore: number | null;
  coveragePercent: number | null;
  createdAt: Date;
  completedAt: Date | null;
  scoreCard: ScoreCard | null;
  measures: Measures | null;
}
