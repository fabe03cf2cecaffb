import { statements as theMainLine } from './0001_the_main_line.ts';
import { statements as theStandardApi } from './0002_the_standard_api.ts';
import { statements as importFromEverywhere } from './0003_import_from_everywhere.ts';
import { statements as streams } from './0004_streams.ts';

export interface Migration {
  /** Applied in this order, once each; an applied one never changes (its checksum is compared at start). */
  id: string;
  statements: string[];
}

export const migrations: Migration[] = [
  { id: '0001_the_main_line', statements: theMainLine },
  { id: '0002_the_standard_api', statements: theStandardApi },
  { id: '0003_import_from_everywhere', statements: importFromEverywhere },
  { id: '0004_streams', statements: streams },
];
