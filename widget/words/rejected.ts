import { count } from './numbers.ts';

/** What is known of where a rejected row or event stood. */
interface Place {
  is_event: boolean;
  file_name: string;
  line: number;
}

/** `Line 1,204 of calls.csv`, `Offset 48213 of calls/3`: an offset is a name, so it is written as brokers write it. */
export function placeInWords({ is_event: isEvent, file_name: file, line }: Place): string {
  return isEvent ? `Offset ${line} of ${file}` : `Line ${count(line)} of ${file}`;
}

/** The number as a table shows it; among lines of files an offset is called one. */
export function lineInWords({ is_event: isEvent, line }: Place, isAmongLines: boolean): string {
  if (!isEvent) return count(line);
  return isAmongLines ? `offset ${line}` : String(line);
}
