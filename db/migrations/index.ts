import { statements as theMainLine } from './0001_the_main_line.ts';
import { statements as theStandardApi } from './0002_the_standard_api.ts';

export interface Migration {
  /** Applied in this order, once each; an applied one never changes (its checksum is compared at start). */
  id: string;
  statements: string[];
}

export const migrations: Migration[] = [
  { id: '0001_the_main_line', statements: theMainLine },
  { id: '0002_the_standard_api', statements: theStandardApi },
];
