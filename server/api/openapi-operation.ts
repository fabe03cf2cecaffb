import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiRequestBodyObject } from 'zod-openapi';
import type { Endpoint } from './endpoint.ts';
import { idempotencyKeySchema } from './idempotency-key.ts';
import { responsesOf } from './openapi-responses.ts';
import { fullPath } from './routes.ts';

/** One endpoint as the document describes it. */
export function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { operationId, tag, summary, description, scope } = endpoint;
  const requestBody = bodyOf(endpoint);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: [{ ApiKeyAuth: [] }, { OAuth2: [scope] }],
    requestParams: parametersOf(endpoint),
    ...(requestBody ? { requestBody } : {}),
    responses: responsesOf(endpoint),
  };
}

const accountId = z.uuid().meta({
  description: 'The account, as the API Access page shows it.',
  example: '019a9f3c-0000-7000-8000-000000000001',
});

function parametersOf(endpoint: Endpoint): ZodOpenApiParameters {
  const own = shapeOf(endpoint.params);
  const path = fullPath(endpoint).includes('{account_id}') ? { account_id: accountId, ...own } : own;
  return {
    ...(Object.keys(path).length > 0 ? { path: z.object(path) } : {}),
    ...(endpoint.query ? { query: z.object(shapeOf(endpoint.query)) } : {}),
    ...(endpoint.method === 'post' ? { header: z.object({ 'Idempotency-Key': idempotencyKeySchema }) } : {}),
  };
}

function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> {
  if (schema === undefined) return {};
  if (schema instanceof z.ZodObject) return schema.shape;
  throw new Error("an endpoint's params and query are object schemas: the document names each of their fields");
}

function bodyOf({ body, upload }: Endpoint): ZodOpenApiRequestBodyObject | undefined {
  if (body) return { required: true, content: { 'application/json': { schema: body } } };
  if (upload) return { required: true, content: { 'multipart/form-data': { schema: upload } } };
  return undefined;
}
