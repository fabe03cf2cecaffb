import { expect } from 'chai';
import { serverFailure } from '../../../db/embedded/failure.ts';
import { layoutOf } from '../../../db/embedded/layout.ts';
import { bufferPoolMb } from '../../../db/embedded/options.ts';

const exit = { code: 1, signal: null };

describe('what a server says before it ends', () => {
  const layout = layoutOf('.');
  const cases: [said: string, code: string][] = [
    ['[ERROR] InnoDB: Error number 28 means "No space left on device"', 'storage_full'],
    ['[ERROR] InnoDB: Operating system error number 13 in a file operation.', 'permission_denied'],
    ["mariadbd: Can't create/write to file './x' (Errcode: 13 \"Permission denied\")", 'permission_denied'],
    ['[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11', 'database_in_use'],
    ['mariadbd: error while loading shared libraries: liburing.so.2: cannot open', 'program_missing'],
    ['[ERROR] InnoDB: Upgrade after a crash is not supported.', 'database_failed'],
    ['something nobody foresaw', 'database_failed'],
  ];
  for (const [said, code] of cases) {
    it(`becomes ${code}: ${said.slice(0, 50)}`, () => {
      const error = serverFailure(layout, said, exit);
      expect(error.code).to.equal(code);
      expect(String(error.cause)).to.contain(said);
    });
  }
});

describe('the size of the buffer pool', () => {
  it('is modest, and leaves a small machine its memory', () => {
    expect(bufferPoolMb(16_000)).to.equal(512);
    expect(bufferPoolMb(1_000)).to.equal(250);
    expect(bufferPoolMb(10)).to.equal(16);
  });
});
