import { expect } from 'chai';
import { partFileName } from '../../../server/reports/file-name.ts';

const id = Buffer.from('0193a2b4c5d67e8f9a0b1c2d3e5f3a1c', 'hex');
const createdAt = new Date('2026-11-03T20:05:09Z');

describe('a report’s file name', () => {
  it('says which job and when in the account’s zone, and the part only where there are more', () => {
    const execution = { id, jobName: 'Weekly report: Süd/Ost', createdAt };
    expect(partFileName(execution, 'Asia/Kolkata', 1, 'csv')).to.equal(
      'weekly-report-sud-ost-20261104-0135-5f3a1c.csv',
    );
    expect(partFileName(execution, 'UTC', 2, 'csv')).to.equal('weekly-report-sud-ost-20261103-2005-5f3a1c-2.csv');
  });

  it('differs from that of another execution in the same minute', () => {
    const nameOf = (lastByte: number) =>
      partFileName({ id: Buffer.alloc(16, lastByte), jobName: 'Продажи', createdAt }, 'UTC', 1, 'csv');
    expect(nameOf(1)).to.equal('report-20261103-2005-010101.csv');
    expect(nameOf(2)).to.equal('report-20261103-2005-020202.csv');
  });

  it('cannot leave its folder and is never empty', () => {
    expect(partFileName({ id, jobName: '../../etc/passwd', createdAt }, 'UTC', 1, 'csv')).to.equal(
      'etc-passwd-20261103-2005-5f3a1c.csv',
    );
    expect(partFileName({ id, jobName: 'साप्ताहिक', createdAt }, 'UTC', 1, 'csv')).to.equal(
      'report-20261103-2005-5f3a1c.csv',
    );
  });
});
