import { z } from 'zod';
import type { FieldMeta } from '../../shared/connector.ts';

/** A certificate authority that one connector trusts; `servers` says who shows certificates of it. */
export function certificateField(servers: string) {
  const meta: FieldMeta = {
    title: 'Certificate authority',
    description: `Where ${servers} show certificates that no public authority signed: the certificate that signed them, as PEM. It is trusted by this connector alone.`,
    group: 'who',
    field: 'multiline',
  };
  return z
    .string()
    .trim()
    .regex(/^-----BEGIN CERTIFICATE-----/, 'a certificate as PEM, beginning with -----BEGIN CERTIFICATE-----')
    .optional()
    .meta({ ...meta });
}
