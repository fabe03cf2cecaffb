import { expect } from 'chai';
import { z } from 'zod';
import { fileFields } from '../../../../server/connectors/files/fields.ts';
import { standingOf } from '../../../../server/connectors/files/offered.ts';

const schema = z.strictObject(fileFields);

describe('names of files', () => {
  it('are offered by their ending, packed or not, in any case of letters', () => {
    for (const name of ['a.csv', 'A.CSV', 'a.csv.gz', 'a.zip', 'part.csv', 'a.part.csv', 'a b.csv'])
      expect(standingOf(name, 'csv'), name).to.equal('offered');
    for (const name of ['a.ndjson', 'a.jsonl', 'a.jsonl.gz', 'a.zip'])
      expect(standingOf(name, 'ndjson'), name).to.equal('offered');
  });

  it('of uploads under way are told apart from names that are nothing to us', () => {
    for (const name of ['a.csv.part', 'a.csv.gz.filepart', 'a.zip.tmp', 'a.csv~', 'a.csv.crdownload', 'a.CSV.PARTIAL'])
      expect(standingOf(name, 'csv'), name).to.equal('unfinished');
    for (const name of ['.a.csv', 'a.txt', 'a.txt.part', 'a.csv.done', 'csv', 'a.ndjson', 'a.csv.bak', '.a.csv.part'])
      expect(standingOf(name, 'csv'), name).to.equal('other');
  });
});

describe('settings of connectors whose items are files', () => {
  it('refuse a done marker that is the ending of files themselves', () => {
    for (const done_marker of ['.csv', '.gz', '.csv.gz', '.zip', '.jsonl', '.part', 'done', '.'])
      expect(schema.safeParse({ done_marker }).success, done_marker).to.equal(false);
    for (const done_marker of ['.done', '.ok', '.csv.done'])
      expect(schema.safeParse({ done_marker }).success, done_marker).to.equal(true);
  });

  it('refuse a folder for read files that is the same, outside, or absolute', () => {
    for (const processed_directory of ['.', './', '/x', '..', 'a/../..', ''])
      expect(schema.safeParse({ processed_directory }).success, processed_directory).to.equal(false);
    for (const processed_directory of ['processed', 'a/b', './a'])
      expect(schema.safeParse({ processed_directory }).success, processed_directory).to.equal(true);
  });
});
