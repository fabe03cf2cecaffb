import type { Endpoint } from './endpoint.ts';
import { allobrainCallsAudio } from './endpoints/allobrain-calls-audio.ts';
import { downloadReportPart } from './endpoints/download-report-part.ts';
import { getAnalysis } from './endpoints/get-analysis.ts';
import { getBatch } from './endpoints/get-batch.ts';
import { getExecution } from './endpoints/get-execution.ts';
import { getInteraction } from './endpoints/get-interaction.ts';
import { getQualityProfile } from './endpoints/get-quality-profile.ts';
import { getReport } from './endpoints/get-report.ts';
import { ingestBatch } from './endpoints/ingest-batch.ts';
import { ingestFile } from './endpoints/ingest-file.ts';
import { ingestInteraction } from './endpoints/ingest-interaction.ts';
import { listExecutions } from './endpoints/list-executions.ts';
import { listQualityProfiles } from './endpoints/list-quality-profiles.ts';
import { listReports } from './endpoints/list-reports.ts';
import { searchAnalyses } from './endpoints/search-analyses.ts';
import { uploadAudio } from './endpoints/upload-audio.ts';

/** Every endpoint of the Standard API. The router, the document and the tests are made from this list. */
export const endpoints: readonly Endpoint[] = [
  ingestInteraction,
  ingestBatch,
  ingestFile,
  uploadAudio,
  allobrainCallsAudio,
  getInteraction,
  getBatch,
  searchAnalyses,
  getAnalysis,
  listQualityProfiles,
  getQualityProfile,
  listExecutions,
  getExecution,
  listReports,
  getReport,
  downloadReportPart,
];
