import { z } from 'zod';
import type { PartSet, ReportPart } from '../../../db/queries/reports.ts';
import { type FileFormat, fileFormats, type ReportConfig } from '../../../shared/report.ts';
import type { LoadedConnector } from '../../connectors/load.ts';

/** One set of a report's files, all of one format. */
export interface FilesPlanned {
  set: PartSet;
  format: FileFormat;
}

/** What of a report is made, and which destination gets which of it. */
export interface DeliveryPlan {
  files: FilesPlanned[];
  /** In which format each destination that gets whole files gets them, by its connector. */
  formats: Map<number, FileFormat>;
}

/** What of a report a destination gets: whole files, or those short enough for the links of a mail. */
export function setFor({ type }: LoadedConnector): PartSet {
  return type.mail ? 'mail' : 'file';
}

/** The report's format for all; where it names none, each destination's own. A mail's links have it too where there is one. */
export function planDelivery(
  destinations: readonly LoadedConnector[],
  { file_format: named }: Pick<ReportConfig, 'file_format'>,
): DeliveryPlan {
  const whole = destinations.filter((connector) => setFor(connector) === 'file');
  const formats = new Map(whole.map((connector) => [connector.id, named ?? wantedBy(connector)]));
  const [first = named ?? 'csv', ...others] = new Set(formats.values());
  const files: FilesPlanned[] = [...new Set(formats.values())].map((format) => ({ set: 'file', format }));
  if (whole.length < destinations.length) files.push({ set: 'mail', format: others.length === 0 ? first : 'csv' });
  return { files, formats };
}

const configSchema = z.object({ file_format: z.enum([...fileFormats, 'ndjson']).default('csv') });

/** What the connector is set to. NDJSON is what JSONL is called where files are imported. */
function wantedBy({ config }: LoadedConnector): FileFormat {
  const { file_format: format } = configSchema.parse(config);
  return format === 'ndjson' ? 'jsonl' : format;
}

/** A destination's files among a report's; where the report was not made in its format, those of the first. */
export function partsFor(
  connector: LoadedConnector,
  parts: readonly ReportPart[],
  formats: ReadonlyMap<number, FileFormat>,
): ReportPart[] {
  const set = setFor(connector);
  const own = parts.filter((part) => part.set === set);
  if (set === 'mail') return own;
  const wanted = formats.get(connector.id);
  const format = own.some((part) => part.format === wanted) ? wanted : own[0]?.format;
  return own.filter((part) => part.format === format);
}
