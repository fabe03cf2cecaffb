import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { checkS3 } from '../../../../server/connectors/s3/check.ts';
import { s3ConfigSchema } from '../../../../server/connectors/s3/config.ts';
import { openSource } from '../../../../server/connectors/s3/source.ts';
import { openEgress } from '../../../../server/security/egress.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { type FileServer, startFileServer } from '../../../harness/file-server.ts';
import { collect, contextOf, rejects } from '../contract-kit.ts';

const emptyList =
  '<ListBucketResult><Name>calls</Name><Prefix></Prefix><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';

/** Answers as AWS gives them, word for word, from a server that is told which. */
describe('what S3 says, in words', () => {
  let server: FileServer;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const seen: IncomingMessage[] = [];
  before(async () => {
    server = await startFileServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
  });
  beforeEach(() => seen.splice(0));
  after(() => server.close());

  const config = (more: object = {}) =>
    s3ConfigSchema.parse({
      ...{ bucket: 'calls', region: 'us-east-1', prefix: 'out', endpoint: server.url },
      ...{ access_key: 'AKIDEXAMPLE', secret_key: 'secret', ...more },
    });
  const check = async (more: object = {}): Promise<CheckStep[]> => {
    const steps: CheckStep[] = [];
    for await (const step of checkS3(config(more), 'import', contextOf())) steps.push(step);
    return steps;
  };
  const error = (code: string, message = '', more = '') =>
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;

  const refusals: {
    status: number;
    body: string;
    headers?: Record<string, string>;
    step: string;
    words: RegExp;
    field?: string;
  }[] = [
    {
      status: 403,
      body: error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'),
      step: 'sign_in',
      words: /no access key ID AKIDEXAMPLE/,
      field: 'access_key',
    },
    {
      status: 403,
      body: error('SignatureDoesNotMatch'),
      step: 'sign_in',
      words: /does not belong/,
      field: 'secret_key',
    },
    { status: 400, body: error('ExpiredToken'), step: 'sign_in', words: /ended/, field: 'session_token' },
    {
      status: 403,
      body: error('RequestTimeTooSkewed', '', '<ServerTime>2026-11-21T10:00:00Z</ServerTime>'),
      step: 'sign_in',
      words: /clock.*2026-11-21T10:00:00Z/,
    },
    {
      status: 400,
      body: error(
        'AuthorizationHeaderMalformed',
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'ap-south-1'",
        '<Region>ap-south-1</Region>',
      ),
      step: 'sign_in',
      words: /in the region ap-south-1, not us-east-1/,
      field: 'region',
    },
    {
      status: 301,
      body: error('PermanentRedirect', 'The bucket must be addressed using the specified endpoint.'),
      headers: { 'x-amz-bucket-region': 'eu-west-1' },
      step: 'sign_in',
      words: /in the region eu-west-1, not us-east-1/,
      field: 'region',
    },
    {
      status: 403,
      body: error(
        'AccessDenied',
        'User: arn:aws:iam::1:user/u is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::calls" because no identity-based policy allows the s3:ListBucket action',
      ),
      step: 'list',
      words: /denies s3:ListBucket on arn:aws:s3:::calls\./,
    },
    {
      status: 403,
      body: error('AccessDenied', 'Access Denied'),
      step: 'list',
      words: /s3:ListBucket on arn:aws:s3:::calls\./,
    },
    { status: 404, body: error('NoSuchBucket'), step: 'list', words: /no bucket calls/, field: 'bucket' },
    {
      status: 200,
      body: '<html><body>Welcome</body></html>',
      step: 'reach',
      words: /no.*S3 server/,
      field: 'endpoint',
    },
    { status: 200, body: 'Welcome', step: 'reach', words: /not? .*S3 server/, field: 'endpoint' },
  ];
  for (const { status, body, headers = {}, step, words, field } of refusals)
    it(`${status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? body} fails the step ${step}`, async () => {
      answer = (_, response) => void response.writeHead(status, headers).end(body);
      const last = (await check()).at(-1);
      expect(last, JSON.stringify(last)).to.include({ name: step, ok: false });
      expect(last?.message).to.match(words);
      if (field) expect(last?.details?.field).to.equal(field);
    });

  it('503 is tried again a few times, then told as passing', async () => {
    answer = (_, response) => void response.writeHead(503).end(error('SlowDown', 'Please reduce your request rate.'));
    const last = (await check()).at(-1);
    expect(last?.details?.code).to.equal('http_unavailable');
    expect(seen).to.have.length(3);
  });

  it('an object that may not be read names the action and the object', async () => {
    answer = (_, response) => void response.writeHead(403).end(error('AccessDenied', 'Access Denied'));
    await using source = await openSource(config(), contextOf());
    const denied = await rejects(
      Promise.resolve(source.recording?.({ path: 'a/1.wav', itemKey: 'calls.csv' })),
      'permission_denied',
    );
    expect(denied.message).to.contain('s3:GetObject on arn:aws:s3:::calls/out/a/1.wav');
  });

  it('requester pays is said with every request, and a session token signed', async () => {
    answer = (_, response) => void response.end(emptyList);
    await check({ requester_pays: true, session_token: 'token' });
    answer = (_, response) => void response.end('audio');
    await using source = await openSource(config({ requester_pays: true, session_token: 'token' }), contextOf());
    for await (const bytes of (await source.recording?.({ path: '1.wav', itemKey: 'c.csv' })) ?? [])
      expect(Buffer.from(bytes).toString()).to.equal('audio');
    for (const { headers } of seen) {
      expect(headers).to.include({ 'x-amz-request-payer': 'requester', 'x-amz-security-token': 'token' });
      expect(headers.authorization).to.match(/SignedHeaders=[^,]*x-amz-request-payer;x-amz-security-token/);
    }
    expect(seen).to.have.length(2);
  });

  it('with the bucket in the path or in the host', async () => {
    answer = (_, response) => void response.end(emptyList);
    const { port } = new URL(server.url);
    const egress = openEgress(['127.0.0.0/8'], async () => [{ address: '127.0.0.1', family: 4 }]);
    for (const [path_style, host, path] of [
      [true, 's3.example.test', '/calls?'],
      [false, 'calls.s3.example.test', '/?'],
    ] as const) {
      const endpoint = `http://s3.example.test:${port}`;
      await using source = await openSource(config({ endpoint, path_style }), contextOf({ egress }));
      expect(await collect(source)).to.deep.equal([]);
      expect(seen.at(-1)?.headers.host).to.equal(`${host}:${port}`);
      expect(seen.at(-1)?.url?.replace('/calls/?', '/calls?')).to.match(new RegExp(`^${path.replace('?', '\\?')}`));
      answer = (_, response) => void response.end('audio');
      await (await source.recording?.({ path: '1.wav', itemKey: 'c.csv' }))?.[Symbol.asyncIterator]().next();
      expect(seen.at(-1)?.headers.host).to.equal(`${host}:${port}`);
      expect(seen.at(-1)?.url).to.equal(`${path_style ? '/calls' : ''}/out/1.wav`);
      answer = (_, response) => void response.end(emptyList);
    }
  });

  it('a name that leads into a private network is blocked wherever it turns up', async () => {
    const egress = openEgress([], async () => [{ address: '10.0.0.1', family: 4 }]);
    await using source = await openSource(config({ endpoint: 'http://s3.example.test' }), contextOf({ egress }));
    await rejects(collect(source), 'egress_blocked');
    await rejects(Promise.resolve(source.recording?.({ path: '1.wav', itemKey: 'c.csv' })), 'egress_blocked');
  });

  it('a body in chunks is read as well, and one that breaks off is a failure', async () => {
    await using source = await openSource(config(), contextOf());
    const read = async () => {
      const parts: Buffer[] = [];
      for await (const bytes of (await source.recording?.({ path: '1.wav', itemKey: 'c.csv' })) ?? [])
        parts.push(Buffer.from(bytes));
      return Buffer.concat(parts).toString();
    };
    answer = (_, response) => {
      response.write('in ');
      response.end('chunks');
    };
    expect(await read()).to.equal('in chunks');
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('half');
      setTimeout(() => response.destroy(), 20);
    };
    await rejects(read(), 'connection_lost');
  });

  it('readers of any pace get the very bytes, many at once over the same connections', async () => {
    const content = randomBytes(3_000_000);
    answer = ({ url = '' }, response) => {
      const body = content.subarray(0, Number(/(\d+)\.wav/.exec(url)?.[1]));
      response.writeHead(200, { 'content-length': body.length }).end(body);
    };
    await using source = await openSource(config(), contextOf());
    const read = async (length: number, pauseEvery: number) => {
      let at = 0;
      for await (const bytes of (await source.recording?.({ path: `${length}.wav`, itemKey: 'c.csv' })) ?? []) {
        if (at % pauseEvery === 0) await nextTurn();
        expect(Buffer.from(bytes).equals(content.subarray(at, at + bytes.length))).to.equal(true);
        at += bytes.length;
      }
      expect(at).to.equal(length);
    };
    await Promise.all(Array.from({ length: 80 }, (_, i) => read((i * 37_501) % content.length, 1 + (i % 3))));
  });
});
