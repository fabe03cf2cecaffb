import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inspect, inspectNode } from '../../../server/machine/doctor.ts';

describe("the doctor's look at the machine", () => {
  it('tells what is there with version and path, and makes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cqa-doctor-'));
    const dataDir = join(folder, 'data');
    const findings = await inspect({ dataDir });
    const byName = new Map(findings.map((finding) => [finding.name, finding]));
    expect([...byName.keys()]).to.deep.equal([
      'Node',
      'database server',
      'ffmpeg',
      'data folder',
      'free disk',
      'memory',
      'email',
    ]);
    expect(byName.get('database server')?.found).to.match(/^(mariadb|mysql) \d+\.\d+\.\d+ \(\//);
    expect(byName.get('data folder')).to.include({ ok: true, found: `${dataDir} (will be made)` });
    expect(existsSync(dataDir)).to.equal(false);
    rmSync(folder, { recursive: true });
  });

  it('gives advice with everything that is not as it should be', async () => {
    const findings = await inspect({ dataDir: '/proc/cqa' });
    const bad = findings.filter((finding) => !finding.ok);
    expect(bad.map((finding) => finding.name)).to.include('free disk');
    for (const finding of bad) expect(finding.advice).to.be.a('string').and.not.equal('');
  });

  it('says whether alerts go by email, and what that needs, without calling it a lack', async () => {
    const emailOf = async (emailFrom?: string) =>
      (await inspect({ dataDir: '.', embedded: false, emailFrom })).find(({ name }) => name === 'email');
    expect(await emailOf())
      .to.include({ ok: true })
      .and.have.property('advice')
      .that.contains('CQA_EMAIL_FROM');
    expect((await emailOf())?.found).to.contain('not configured');
    expect((await emailOf('alerts@cqa.example'))?.found).to.contain('alerts@cqa.example');
  });

  it('looks for no database server where DATABASE_URL names one', async () => {
    const names = (await inspect({ dataDir: '.', embedded: false })).map((finding) => finding.name);
    expect(names).to.not.include('database server');
  });

  it('names a data folder that this user may not write', async function () {
    if (process.getuid?.() === 0) {
      console.log('      not tried: root may write everywhere');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'cqa-doctor-'));
    chmodSync(folder, 0o500);
    const finding = (await inspect({ dataDir: folder })).find(({ name }) => name === 'data folder');
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
    expect(finding?.ok).to.equal(false);
  });

  it('knows which Node is too old', () => {
    expect(inspectNode('20.18.3').ok).to.equal(false);
    expect(inspectNode('20.19.0').ok).to.equal(true);
    expect(inspectNode('24.1.0').ok).to.equal(true);
  });
});
