import { expect } from 'chai';
import { partFileName } from '../../../server/reports/file-name.ts';

const createdAt = new Date('2026-11-03T20:05:09Z');

describe('a report’s file name', () => {
  it('says which job and when in the account’s zone, and the part only where there are more', () => {
    const execution = { jobName: 'Weekly report: Süd/Ost', createdAt };
    expect(partFileName(execution, 'Asia/Kolkata', 1, 'csv')).to.equal('weekly-report-sud-ost-20261104-0135.csv');
    expect(partFileName(execution, 'UTC', 2, 'csv')).to.equal('weekly-report-sud-ost-20261103-2005-2.csv');
  });

  it('cannot leave its folder and is never empty', () => {
    expect(partFileName({ jobName: '../../etc/passwd', createdAt }, 'UTC', 1, 'csv')).to.equal(
      'etc-passwd-20261103-2005.csv',
    );
    expect(partFileName({ jobName: 'साप्ताहिक', createdAt }, 'UTC', 1, 'csv')).to.equal('report-20261103-2005.csv');
  });
});
