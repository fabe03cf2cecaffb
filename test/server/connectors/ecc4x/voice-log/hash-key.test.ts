import { expect } from 'chai';
import { eventually } from '../../../../harness/eventually.ts';
import { rejects } from '../../contract-kit.ts';
import { EccServer } from '../ecc-server.ts';
import { hashKeyApi } from '../fixture.ts';
import { bytesOf, openVoiceLog, referenceTo } from '../voice-log-kit.ts';

describe('recordings by the hash key', () => {
  const server = new EccServer();
  const { voiceLog, calls } = server;
  before(() => server.start());
  beforeEach(() => calls.add([{ id: 'd1-vce-1', startedAt: new Date() }]));
  afterEach(() => {
    calls.clear();
    server.intercept = undefined;
  });
  after(() => server.stop());
  const open = (more: object = {}) => openVoiceLog({ ...hashKeyApi(server), ...more });
  const answer = (status: number, body: string) => {
    server.intercept = (_, response) => {
      response.writeHead(status).end(body);
      return true;
    };
  };

  it('are fetched with three headers and the id in single quotes', async () => {
    await open().signIn();
    expect(await bytesOf(open(), referenceTo('d1-vce-1'))).to.deep.equal(voiceLog.audio);
  });

  it('a sign-in that is answered with a recording does not keep its connection open', async () => {
    let isClosed = false;
    server.intercept = (_, response) => {
      response.on('close', () => {
        isClosed = true;
      });
      response.write(voiceLog.audio);
      return true;
    };
    await open().signIn();
    await eventually('the connection is closed', () => isClosed);
  });

  it('a wrong key, which is answered with null, and a wrong policy, answered with a page, are refused sign-ins', async () => {
    for (const wrong of [{ hash_key: 'x' }, { policy_name: 'x' }, { requesting_host: 'x' }]) {
      const failure = await rejects(open(wrong).signIn(), 'sign_in_refused');
      expect(failure.field).to.equal('voice_log.hash_key');
      await rejects(bytesOf(open(wrong), referenceTo('d1-vce-1')), 'sign_in_refused');
    }
    answer(200, '{"status":"error","reason":"Invalid session Id"}');
    const failure = await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'sign_in_refused');
    expect(failure.message).to.match(/Invalid session Id/);
  });

  it('a refused key is told once', async () => {
    for (const wrong of [{ hash_key: 'x' }, { policy_name: 'x' }]) {
      const { message } = await rejects(open(wrong).signIn(), 'sign_in_refused');
      expect(message.split('refused the hash key')).to.have.length(2);
    }
    answer(401, 'no');
    const { message } = await rejects(open().signIn(), 'sign_in_refused');
    expect(message.split('refused the hash key')).to.have.length(2);
  });

  it('a requesting host that nobody named is the host name of the address', async () => {
    let sent: unknown;
    server.intercept = ({ headers }) => {
      sent = headers['requesting-host'];
      return false;
    };
    const { requesting_host: _, ...unnamed } = hashKeyApi(server);
    const failure = await rejects(openVoiceLog(unnamed).signIn(), 'sign_in_refused');
    expect(sent).to.equal('127.0.0.1');
    expect(failure.message).to.contain('"127.0.0.1"');
  });

  it('a page for one recording alone is no audio', async () => {
    calls.add([{ id: 'd1-vce-2', startedAt: new Date(), recording: 'html' }]);
    await rejects(bytesOf(open(), referenceTo('d1-vce-2')), 'not_audio');
  });

  it('an empty answer means not yet; any other error of ECC is told', async () => {
    await rejects(bytesOf(open(), referenceTo('d1-vce-9')), 'recording_not_yet');
    answer(200, '{"status":"error","reason":"Mixer is busy"}');
    const failure = await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'http_unavailable');
    expect(failure.message).to.match(/Mixer is busy/);
  });

  it('a server without the command says so when it is tried', async () => {
    const failure = await rejects(open({ command_path: '/elsewhere' }).signIn(), 'path_missing');
    expect(failure.field).to.equal('voice_log.command_path');
  });

  it('what the live server does not have any more comes from the archiver, by the leg', async () => {
    const old = referenceTo('d1-vce-1', { startedAtMs: Date.now() - 30 * 86_400_000 });
    voiceLog.expired.add('d1-vce-1');
    const archiver = { base_url: server.url };
    expect((await rejects(bytesOf(open(), old), 'path_missing')).message).to.match(/enter its address/);
    await rejects(bytesOf(open({ archiver }), old), 'path_missing');
    voiceLog.archived.add('d1-vce-1-vcall-1');
    expect(await bytesOf(open({ archiver }), old)).to.deep.equal(voiceLog.audio);
    expect(
      (await rejects(bytesOf(open({ archiver }), { ...old, callId: undefined }), 'path_missing')).message,
    ).to.match(/leg/);
    voiceLog.expired.clear();
  });
});
