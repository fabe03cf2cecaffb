import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import { fileFields, transferFormat } from '../files/fields.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

const passwordSchema = z
  .strictObject({
    type: z.literal('password'),
    password: secret({ title: 'Password', description: 'Of this user on the SFTP server.' }),
  })
  .meta({ title: 'Password' });

const sshKeySchema = z
  .strictObject({
    type: z.literal('ssh_key'),
    private_key: secret({
      title: 'Private key',
      unsent: true,
      description: 'Leave empty: a new key pair is made, and its public half is shown for the other side to install.',
      field: 'multiline',
    }).optional(),
    public_key: z
      .string()
      .optional()
      .meta(
        meta({
          title: 'Public key',
          description: 'Goes into the authorized keys of this user on the SFTP server. Filled in when you save.',
          field: 'public-key',
        }),
      ),
  })
  .meta({ title: 'SSH key' });

/** What one SFTP connector is told. Its titles and descriptions are the console's form. */
export const sftpConfigSchema = z.strictObject({
  host: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .meta(meta({ title: 'Host', address: true, description: 'Name or address of the SFTP server.', group: 'where' })),
  port: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(22)
    .meta(meta({ title: 'Port', address: true, description: 'Nearly always 22, the port of SSH.', group: 'where' })),
  host_key: z
    .string()
    .trim()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'a fingerprint such as SHA256: and 43 letters, as ssh-keygen -lf prints it')
    .transform((text) => text.replace(/=$/, ''))
    .optional()
    .meta(
      meta({
        title: 'Host key fingerprint',
        description:
          'Proves that the server is the right one. Leave empty to take the key seen first; a later change is refused until you confirm it here.',
        group: 'where',
        field: 'host-key',
      }),
    ),
  directory: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    .meta(
      meta({
        title: 'Folder',
        description:
          'Where the files lie, or where reports are put. Subfolders are not searched for files; recordings may lie in them.',
        group: 'where',
      }),
    ),
  username: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .meta(
      meta({
        title: 'User name',
        description:
          'The user on the SFTP server. It must be allowed to read the folder, and to write into it for reports.',
        group: 'who',
      }),
    ),
  credential: z.discriminatedUnion('type', [passwordSchema, sshKeySchema]).meta(
    meta({
      title: 'Sign in with',
      description: 'What the server accepts of this user: a key is safer, for nothing secret is ever sent.',
      group: 'who',
    }),
  ),
  ...fileFields,
  file_format: transferFormat,
});

export type SftpConfig = z.infer<typeof sftpConfigSchema>;

/** `sftp://host/folder/file`, the port only where it is not the usual one. */
export function sftpUrl({ host, port }: SftpConfig, path: string): string {
  const authority = `${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;
  return `sftp://${authority}${path.startsWith('/') ? '' : '/'}${path}`;
}
