import {
  createDocument,
  type oas31,
  type ZodOpenApiOverride,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import type { Endpoint } from './endpoint.ts';
import { about, securitySchemes, tags } from './openapi-about.ts';
import { operationOf } from './openapi-operation.ts';
import { webhookPaths } from './openapi-webhooks.ts';
import { fullPath } from './routes.ts';

export interface DocumentOptions {
  endpoints: readonly Endpoint[];
  /** Where the installation is reached. */
  publicUrl: string;
}

/** The OpenAPI 3.1 document of the endpoints, made from the very schemas by which they check what they are sent. */
export function openApiDocument({ endpoints, publicUrl }: DocumentOptions): oas31.OpenAPIObject {
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: about,
      servers: [{ url: publicUrl }],
      tags,
      security: [{ ApiKeyAuth: [] }],
      paths: pathsOf(endpoints),
      webhooks: webhookPaths(),
      components: { securitySchemes: securitySchemes(publicUrl) },
    },
    { reused: 'inline', override: leaveOpen },
  );
  return document as oas31.OpenAPIObject;
}

function pathsOf(endpoints: readonly Endpoint[]): ZodOpenApiPathsObject {
  const paths: Record<string, ZodOpenApiPathItemObject> = {};
  for (const endpoint of endpoints) {
    const path = fullPath(endpoint);
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(endpoint) };
  }
  return paths;
}

/** An answer may gain fields within a version, so the document must not forbid them; bounds of numbers say nothing. */
const leaveOpen: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (io === 'input') return;
  const schema = jsonSchema as oas31.SchemaObject;
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'uuid') delete schema.pattern;
};
