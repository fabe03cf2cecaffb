import { expect } from 'chai';
import { rejects } from '../../contract-kit.ts';
import { EccServer } from '../ecc-server.ts';
import { restV4 } from '../fixture.ts';
import { bytesOf, openVoiceLog, referenceTo } from '../voice-log-kit.ts';

describe('recordings by the REST API v4', () => {
  const server = new EccServer();
  const { voiceLog, calls } = server;
  before(() => server.start());
  beforeEach(() => calls.add([{ id: 'd1-vce-1', startedAt: new Date() }]));
  afterEach(() => {
    calls.clear();
    server.intercept = undefined;
    voiceLog.endSession();
  });
  after(() => server.stop());
  const open = (more: object = {}) => openVoiceLog({ ...restV4(server), ...more });
  /** Answers every download with this, whatever it asks for. */
  const answerDownloads = (status: number, body: string | Buffer, type = 'application/json') => {
    server.intercept = (request, response) => {
      if (!request.url?.includes('downloadVoiceLog')) return false;
      response.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
  };

  it('are fetched with one sign-in for many at once', async () => {
    const logins = voiceLog.logins;
    const client = open();
    const all = await Promise.all(Array.from({ length: 8 }, () => bytesOf(client, referenceTo('d1-vce-1'))));
    expect(all.every((bytes) => bytes.equals(voiceLog.audio))).to.equal(true);
    expect(voiceLog.logins - logins).to.equal(1);
  });

  it('a session that is over is renewed once, for all that met its end', async () => {
    const client = open();
    await client.signIn();
    voiceLog.endSession();
    const logins = voiceLog.logins;
    const all = await Promise.all(Array.from({ length: 8 }, () => bytesOf(client, referenceTo('d1-vce-1'))));
    expect(all).to.have.length(8);
    expect(voiceLog.logins - logins).to.equal(1);
  });

  it('a session that ends at once again is told, and tried again later: somebody else uses the login', async () => {
    for (const [status, body] of [
      [401, '{"message":"Unauthorized"}'],
      [200, '{"status":"error","reason":"Invalid session Id"}'],
      [512, '{"message":"Session has expired","code":"s","status":512}'],
    ] as const) {
      answerDownloads(status, body);
      const failure = await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'http_unavailable');
      expect(failure.message).to.match(/one of its own/);
      expect(failure.kind).to.equal('transient');
    }
  });

  it('a web page with status 200 is no recording, also after another sign-in', async () => {
    const logins = voiceLog.logins;
    answerDownloads(200, '<!DOCTYPE html><html>Sign in</html>', 'audio/mpeg');
    await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'not_audio');
    expect(voiceLog.logins - logins).to.equal(2);
  });

  it('an empty answer and 404 mean not yet for a call of today, and never for an old one', async () => {
    const old = { startedAtMs: Date.now() - 3 * 86_400_000 };
    for (const [status, body] of [
      [200, ''],
      [404, '{"message":"Voice log not found"}'],
      [512, '{"message":"Voicelog does not exist","code":"x","info":null,"status":512}'],
    ] as const) {
      answerDownloads(status, body);
      await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'recording_not_yet');
      await rejects(bytesOf(open(), referenceTo('d1-vce-1', { startedAtMs: undefined })), 'recording_not_yet');
      const failure = await rejects(bytesOf(open(), referenceTo('d1-vce-1', old)), 'path_missing');
      expect(failure.message).to.match(/archiver/);
    }
  });

  it('what ECC says about any other failure is told, also with status 512 and with a page', async () => {
    answerDownloads(512, '{"message":"Disk is away","code":"ecc.7","info":null,"status":512}');
    const failure = await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'http_unavailable');
    expect(failure.message).to.match(/512: Disk is away/);
    answerDownloads(500, '<html>Exception</html>', 'text/html');
    await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'http_unavailable');
    answerDownloads(200, Buffer.alloc(2000, 1), 'audio/mpeg');
    await rejects(bytesOf(open(), referenceTo('d1-vce-1')), 'not_audio');
  });

  it('a wrong password is refused and names its field', async () => {
    const failure = await rejects(open({ password: 'another' }).signIn(), 'sign_in_refused');
    expect(failure.field).to.equal('voice_log.password');
    expect(failure.message).to.match(/Invalid credentials/);
  });

  it('a user who is signed in elsewhere is told apart from a wrong password', async () => {
    await open().signIn();
    const failure = await rejects(open({ force_login: false }).signIn(), 'sign_in_refused');
    expect(failure.message).to.match(/already logged in/);
  });

  it('another server says that it has no such API', async () => {
    const failure = await rejects(open({ base_url: `${server.url}/elsewhere` }).signIn(), 'protocol_error');
    expect(failure.field).to.equal('voice_log.base_url');
  });

  it('a row without a campaign needs the configured one; one without a leg is asked for without', async () => {
    const nameless = referenceTo('d1-vce-1', { campaignId: undefined, callId: undefined });
    const failure = await rejects(bytesOf(open(), nameless), 'invalid');
    expect(failure.message).to.match(/campaign/);
    expect(await bytesOf(open({ campaign_id: '110' }), nameless)).to.have.length(voiceLog.audio.length);
  });
});
