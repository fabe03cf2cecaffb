import { inspect } from 'node:util';
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

  it('a server that is out of order refused no sign-in, whatever its words are: it is tried again', async () => {
    const path = '/ameyorestapi/session/userLogin';
    for (const [status, body, code] of [
      [503, JSON.stringify({ timestamp: 1, status: 503, error: 'Service Unavailable', path }), 'http_unavailable'],
      [
        502,
        `<html><body>Bad gateway: POST ${path} failed for the user of session s3cr3t</body></html>`,
        'http_unavailable',
      ],
      [512, '{"message":"Database pool of the user store is exhausted","status":512}', 'http_unavailable'],
      [429, '{"message":"Too many login attempts of this user"}', 'rate_limited'],
      [200, `<!DOCTYPE html><html>${path} s3cr3t</html>`, 'protocol_error'],
    ] as const) {
      server.intercept = (_, response) => {
        response.writeHead(status, { 'content-type': 'text/plain', 'retry-after': '900' }).end(body);
        return true;
      };
      const failure = await rejects(open().signIn(), code);
      expect(failure.kind).to.equal('transient');
      expect(failure.message).not.to.contain('s3cr3t');
    }
  });

  it('a refusal with another status is one where ECC says so in words', async () => {
    for (const [status, body, code] of [
      [400, '{"message":"Invalid token for user"}', 'sign_in_refused'],
      [404, '{"message":"User not found"}', 'sign_in_refused'],
      [403, '{"message":"User is locked"}', 'sign_in_refused'],
      [403, '<html>Our firewall blocks this user agent</html>', 'permission_denied'],
      [400, '{"path":"/ameyorestapi/session/userLogin"}', 'http_status'],
    ] as const) {
      server.intercept = (_, response) => {
        response.writeHead(status).end(body);
        return true;
      };
      await rejects(open().signIn(), code);
    }
  });

  it('a session is found by each of its usual names, in the answer, inside of it and in its header', async () => {
    const bodies = ['sessionId', 'SessionId', 'sessionid', 'session_id'].flatMap((name) => [
      { [name]: 's1' },
      { status: 'ok', data: { [name]: 's1' } },
      { response: { [name]: 's1' } },
    ]);
    const inHeader = ['', '{"status":"ok"}'].map((text) => ({ text, headers: { SessionId: 's1' } }));
    for (const { text, headers } of [
      ...bodies.map((body) => ({ text: JSON.stringify(body), headers: {} })),
      ...inHeader,
    ]) {
      let sent: unknown;
      server.intercept = (request, response) => {
        const isLogin = request.url?.includes('userLogin');
        if (!isLogin) sent = request.headers.sessionid;
        response.writeHead(200, isLogin ? headers : {}).end(isLogin ? text : voiceLog.audio);
        return true;
      };
      expect(await bytesOf(open(), referenceTo('d1-vce-1')), text).to.deep.equal(voiceLog.audio);
      expect(sent, text).to.equal('s1');
    }
  });

  it('a sign-in that answers in another form leaves nothing of the answer in the log', async () => {
    server.intercept = (_, response) => {
      response.end('{"session":"s3cr3t"}');
      return true;
    };
    const failure = await rejects(open().signIn(), 'protocol_error');
    expect(inspect(failure)).not.to.contain('s3cr3t');
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
