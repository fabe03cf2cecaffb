import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { type DatabaseAddress, openDatabase } from '../../../db/database.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import { createApiKey, revokeApiKey } from '../../../server/accounts/api-keys.ts';
import { endpoints } from '../../../server/api/endpoints.ts';
import { fullPath } from '../../../server/api/routes.ts';
import { scopes } from '../../../shared/api-key.ts';
import { type ApiAnswer, type ApiClient, type ApiServer, apiServer } from '../../harness/api.ts';
import { testServices } from '../../harness/services.ts';
import { checkAnswer } from './document.ts';
import { formOf, makeThings, secretsOf, type Things } from './things.ts';

interface Request {
  path: string;
  body?: unknown;
}

interface Trial {
  /** A call that is answered as the endpoint promises. */
  good(things: Things): Request;
  /** Calls that are wrong in ways of their own, with what they are told. */
  bad: [request: (things: Things) => Request, code: string][];
  /** Whether it names something by an id: then another account's id is NOT_FOUND. */
  names?: true;
}

function textOf({ path, body }: Request): string {
  return `${path} ${JSON.stringify(body instanceof FormData ? [...body.entries()] : body)}`;
}

let sent = 0;
const item = () => ({
  external_interaction_id: `sent-${++sent}`,
  channel_type: 'VOICE',
  transcript_text: 'Agent: Good morning.',
  metadata: { queue: 'Orders', priority: 2, is_vip: false },
});
const november = { field: 'date', operator: 'range', value: { start_date: '2026-11-01', end_date: '2026-11-30' } };
const posts = (path: string, body: unknown) => () => ({ path, body });
const nowhere = uuidText(newId());

function json(path: string, good: () => unknown): Trial {
  return {
    good: () => ({ path, body: good() }),
    bad: [
      [posts(path, '{"cut":'), 'INVALID_JSON'],
      [posts(path, '[]'), 'VALIDATION_ERROR'],
      [posts(path, 'null'), 'VALIDATION_ERROR'],
      [posts(path, '{}'), 'VALIDATION_ERROR'],
      [() => ({ path, body: { ...(good() as object), no_such_field: 1 } }), 'VALIDATION_ERROR'],
    ],
  };
}

function reads(pathOf: (things: Things) => string, bad: Trial['bad'] = []): Trial {
  return { good: (things) => ({ path: pathOf(things) }), bad, names: true };
}

function lists(path: string): Trial {
  return {
    good: () => ({ path }),
    bad: [
      [() => ({ path: `${path}?page=x` }), 'VALIDATION_ERROR'],
      [() => ({ path: `${path}?page=-1` }), 'VALIDATION_ERROR'],
      [() => ({ path: `${path}?page=1&page=2` }), 'VALIDATION_ERROR'],
    ],
  };
}

const trials: Record<string, Trial> = {
  ingestInteraction: json('/ingress/interactions', item),
  ingestBatch: json('/ingress/interactions/batch', () => ({ interactions: [item(), { channel_type: 'VOICE' }] })),
  ingestFile: json('/ingress/interactions/files', () => ({
    file_url: 'http://127.0.0.1:1/a.csv',
    format: 'csv',
  })),
  uploadAudio: {
    good: () => ({
      path: '/ingress/interactions/audio',
      body: formOf({
        external_interaction_id: `sent-${++sent}`,
        channel_type: 'VOICE',
        metadata: '{"queue":"Orders"}',
      }),
    }),
    bad: [
      [() => ({ path: '/ingress/interactions/audio', body: formOf({ channel_type: 'VOICE' }) }), 'VALIDATION_ERROR'],
      [posts('/ingress/interactions/audio', '{}'), 'INVALID_REQUEST'],
    ],
  },
  allobrainCallsAudio: {
    good: ({ campaign }) => ({ path: '//calls/audio', body: formOf({ campaign_id: campaign }) }),
    bad: [[posts('//calls/audio', '{}'), 'INVALID_REQUEST']],
    names: true,
  },
  getInteraction: reads(({ interaction }) => `/ingress/interactions/${interaction}`),
  getBatch: reads(
    ({ batch }) => `/ingress/interactions/batch/${batch}?page=0&size=20`,
    [[({ batch }) => ({ path: `/ingress/interactions/batch/${batch}?size=0` }), 'VALIDATION_ERROR']],
  ),
  searchAnalyses: json('/analyses?limit=20&offset=0', () => ({ other_filters: [november] })),
  getAnalysis: reads(({ analysis }) => `/analyses/${analysis}`),
  listQualityProfiles: { good: () => ({ path: '/quality-profiles' }), bad: [] },
  getQualityProfile: reads(({ profile }) => `/quality-profiles/${profile}`),
  listExecutions: lists('/executions'),
  getExecution: reads(({ execution }) => `/executions/${execution}`),
  listReports: lists('/reports'),
  getReport: reads(({ report }) => `/reports/${report}`),
  downloadReportPart: reads(({ report }) => `/reports/${report}/parts/1`),
};

describe('every endpoint of the API', () => {
  let server: ApiServer;
  let other: ApiClient;
  let own: Things;
  let theirs: Things;

  before(async () => {
    const services = await testServices({ rateLimit: 'off' });
    server = await apiServer(services);
    other = await server.anotherAccount();
    own = await makeThings(services, server, (path) => server.addressOf(path));
    theirs = await makeThings(services, other, (path) => server.addressOf(path, other.account.uid));
  });
  after(async () => {
    await server.close();
    await server.services.close();
  });

  /** Sends it, and holds the answer against the document. */
  async function send(
    method: string,
    request: Request,
    key: string | null = server.key,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const answer = await server.call(method.toUpperCase(), request.path, { body: request.body, key, headers });
    const { pathname } = new URL(server.addressOf(request.path));
    checkAnswer(method, pathname, answer);
    return answer;
  }

  it('has a trial here', () => {
    expect(Object.keys(trials)).to.have.members(endpoints.map(({ operationId }) => operationId));
  });

  for (const { operationId, method, scope, answer: promised, ...endpoint } of endpoints) {
    const trial = trials[operationId];
    if (!trial) continue;

    describe(operationId, () => {
      it('answers as the document says', async () => {
        const answer = await send(method, trial.good(own));
        expect(answer.status, answer.text).to.equal(promised.status);
      });

      it('is 401 without a valid key of the account, and 403 without the scope', async () => {
        const unknown = `cqa_${'A'.repeat(12)}_${'B'.repeat(43)}`;
        for (const key of [null, 'wrong', unknown])
          expect((await send(method, trial.good(own), key)).status).to.equal(401);
        if (fullPath(endpoint).includes('{account_id}'))
          expect((await send(method, trial.good(own), other.key)).status).to.equal(401);
        const scopesLeft = scopes.filter((left) => left !== scope);
        const { account, services } = server;
        const made = await createApiKey(services, account.id, { name: operationId, scopes: scopesLeft }, 'test');
        const refused = await send(method, trial.good(own), made.api_key);
        expect([refused.status, refused.code]).to.deep.equal([403, 'FORBIDDEN']);
        await revokeApiKey(services, account.id, made.uid);
      });

      it('gives nothing of another account', async () => {
        const answer = await send(method, trial.good(trial.names ? theirs : own));
        if (trial.names) expect([answer.status, answer.code]).to.deep.equal([404, 'NOT_FOUND']);
        // What it was asked for may be named in the refusal.
        const asked = textOf(trial.good(theirs));
        for (const secret of secretsOf(theirs).filter((word) => !asked.includes(word)))
          expect(answer.text).not.to.include(secret);
        if (!trial.names) return;
        const unknown = Object.fromEntries(Object.keys(own).map((name) => [name, nowhere])) as unknown as Things;
        const lost = await send(method, trial.good({ ...unknown, campaign: 'f'.repeat(24) }));
        expect([lost.status, lost.code]).to.deep.equal([404, 'NOT_FOUND']);
      });

      it('refuses what is wrong with the code of the contract and a message', async () => {
        for (const [request, code] of trial.bad) {
          const given = request(own);
          const answer = await send(method, given);
          expect(answer.code, `${textOf(given)}: ${answer.text}`).to.equal(code);
          expect(answer.message).to.match(/\w{3}/);
        }
      });

      if (method === 'post')
        it('answers the same call with the same Idempotency-Key once', async () => {
          const request = trial.good(own);
          const headers = { 'idempotency-key': operationId };
          const first = await send(method, request, server.key, headers);
          const again = await send(method, request, server.key, headers);
          expect(first.status).to.equal(promised.status);
          expect(again.headers.get('idempotent-replayed')).to.equal('true');
          expect(again.json).to.deep.equal(first.json);
        });

      it('takes no other method', async () => {
        const answer = await server.call('DELETE', trial.good(own).path);
        expect([answer.status, answer.code]).to.deep.equal([405, 'METHOD_NOT_ALLOWED']);
        expect(answer.headers.get('allow')?.split(', ')).to.include(method.toUpperCase());
      });
    });
  }
});

describe('an API whose database has gone', () => {
  it('says 503 and when to come again, and nothing of what is behind it', async () => {
    const services = await testServices();
    const relay = await openRelay(services.database.address);
    const database = await openDatabase(relay.address);
    const server = await apiServer({ ...services, database });
    expect((await server.call('GET', '/executions')).status).to.equal(200);
    await relay.close();
    const answer = await server.call('GET', '/executions');
    checkAnswer('GET', '/cqa/api/v1/accounts/x/executions', answer);
    expect([answer.status, answer.code]).to.deep.equal([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
    expect(answer.text).not.to.match(/pool|mysql|sock|127\.0\.0/i);
    await server.close();
    await database.close();
    await services.close();
  });
});

/** A way to the database that can be cut. */
async function openRelay({ host = '127.0.0.1', port = 3306, socketPath, ...account }: DatabaseAddress) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = socketPath ? connect(socketPath) : connect(port, host);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: DatabaseAddress = { ...account, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  return {
    address,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
