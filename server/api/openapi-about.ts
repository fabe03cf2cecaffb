import type { oas31 } from 'zod-openapi';
import { defaultLimits } from '../../shared/api-key.ts';

export const about = {
  title: 'CQA Standard API',
  version: '1.0.0',
  description: [
    'Send conversations into CQA and fetch what their analyses found.',
    '',
    "**Keys.** Every call carries a key of the account in `X-API-Key`, or a bearer token that `POST /oauth/token` gives for it (client credentials: the client's id is the key's id, its secret the key). A key of another account, a revoked one and none at all are the same `401`.",
    '',
    '**Answers** are `{status, request_id, message?, data}`, failures `{status, request_id, message, error: {code}}`. Quote `request_id` when you report something.',
    '',
    `**Limits.** Per account and minute: ${defaultLimits.ingest} POSTs and ${defaultLimits.read} GETs under \`/ingress\`, ${defaultLimits.results} calls elsewhere, unless agreed otherwise. \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds) say where you stand; a \`429\` and a \`503\` say in \`Retry-After\` how many seconds to wait.`,
    '',
    '**Sending a POST again.** With an `Idempotency-Key` the same POST (same address, same body) gets the first answer again for 24 hours, marked `Idempotent-Replayed: true`. The same key with another body is `409 IDEMPOTENCY_KEY_REUSED`; while the first is under way, `409 IDEMPOTENCY_IN_PROGRESS`. An answer of `400`, `429` or `5xx` is not kept, so the call may be mended or repeated under its key. Of a form its fields and its file are compared, whatever its boundary and the order of its parts; as long as the first is under way its length stands for them.',
    '',
    '**Versions.** `/v1` may gain endpoints, optional fields, fields of answers, events and codes; nothing else of it changes. Ignore fields that you do not know.',
  ].join('\n'),
} satisfies oas31.InfoObject;

export const tags: oas31.TagObject[] = [
  { name: 'Ingress', description: 'Conversations in, and how far they are.' },
  { name: 'Analyses', description: 'What the analyses found.' },
  { name: 'Reports', description: 'Executions of import and export jobs, and the reports that they made, as files.' },
  { name: 'Configuration', description: 'What is configured: quality profiles.' },
];

export function securitySchemes(publicUrl: string): Record<string, oas31.SecuritySchemeObject> {
  return {
    ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key of the API Access page.' },
    OAuth2: {
      type: 'oauth2',
      description:
        "Client credentials: client_id is the key's id, client_secret the key. A token lives for 15 minutes.",
      flows: {
        clientCredentials: {
          tokenUrl: `${publicUrl}/oauth/token`,
          scopes: { ingest: 'Send conversations', read: 'Read conversations, analyses and reports' },
        },
      },
    },
  };
}
