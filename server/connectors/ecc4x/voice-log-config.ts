import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import { baseUrl } from './source-config.ts';

const meta = (facts: FieldMeta) => ({ ...facts });
const words = (maxLength = 255) => z.string().trim().min(1).max(maxLength);
const header = () => words().regex(/^[\x20-\x7e]+$/, 'plain letters, digits and signs');

const seldomChanged = 'Change it only when your ECC administrator tells you another.';

const serverUrl = () =>
  baseUrl({
    title: 'Address of the voice-log server',
    address: true,
    description: 'Such as https://ecc.example.com:8443; 8443 is the usual port. It must let our addresses in.',
  });

const column = (name: string, facts: FieldMeta) =>
  words()
    .regex(/^[^{}]+$/, 'without braces')
    .transform((text) => text.toLowerCase())
    .default(name)
    .meta(meta(facts));

const archiverSchema = z.strictObject({
  base_url: baseUrl({
    title: 'Address of the archiver',
    address: true,
    description:
      'Such as http://archiver.example.com. Asked for recordings that the live server does not have any more.',
  }).optional(),
  path: words(1024)
    .default('/dacx/download')
    .meta(meta({ title: 'Path of the archiver', description: seldomChanged })),
  storage_path: words(1024)
    .default('dacx://voicelog-archiver-storage-path')
    .meta(meta({ title: 'Storage of the archiver', description: seldomChanged })),
  file_id: words(64)
    .default('123')
    .meta(meta({ title: 'File id', description: seldomChanged })),
});

/** What both APIs are told. */
const common = {
  target_format: z
    .enum(['mp3', 'wav'])
    .default('mp3')
    .meta(
      meta({ title: 'Audio format', description: 'What ECC is asked for: mp3 is small, wav is as it was recorded.' }),
    ),
  call_id_column: column('call_id', {
    title: 'Column of the leg',
    description: 'Holds the id of the call leg (dNNN-…-vcall-N), after the column mapping. The archiver goes by it.',
  }),
  archiver: archiverSchema.prefault({}).meta(
    meta({
      title: 'Archiver',
      description:
        'The live server keeps recordings for one to two weeks. Leave the address empty where there is none.',
    }),
  ),
};

const restV4Schema = z
  .strictObject({
    api: z.literal('rest_v4'),
    base_url: serverUrl(),
    user_id: words().meta(
      meta({
        title: 'User id',
        description:
          'A supervisor or administrator of ECC, for this connector alone: signing in elsewhere ends its session.',
      }),
    ),
    password: secret({ title: 'Password', description: 'Of that user.' }),
    force_login: z
      .boolean()
      .default(true)
      .meta(meta({ title: 'Sign in although the user is signed in elsewhere', description: 'That session ends.' })),
    terminal_info: words()
      .default('CQA')
      .meta(meta({ title: 'Terminal', description: 'How ECC names this session to its administrators.' })),
    campaign_id: words(64)
      .optional()
      .meta(
        meta({ title: 'Campaign id', description: 'For rows that name none. The API wants one for every recording.' }),
      ),
    campaign_id_column: column('campaign_id', {
      title: 'Column of the campaign',
      description: 'Holds the id of the campaign, after the column mapping.',
    }),
    ...common,
  })
  .meta({ title: 'REST API v4', description: 'By a user name and a password of ECC.' });

const hashKeySchema = z
  .strictObject({
    api: z.literal('hash_key'),
    base_url: serverUrl(),
    hash_key: secret({ title: 'Hash key', description: 'Sent as the header hash-key.' }),
    requesting_host: header()
      .optional()
      .meta(
        meta({
          title: 'Requesting host',
          description:
            'The host name that the key was given for (requesting-host). Empty: the host name of the address, which is only our default.',
        }),
      ),
    policy_name: header()
      .default('token-based-authorization-policy')
      .meta(meta({ title: 'Policy name', description: `${seldomChanged} It is sent as policy-name.` })),
    command_path: words(1024)
      .default('/ameyowebaccess/command')
      .meta(meta({ title: 'Path of the command', description: seldomChanged })),
    ...common,
  })
  .meta({ title: 'Voice-log command with a hash key', description: 'The older way, without a session.' });

export const voiceLogSchema = z.discriminatedUnion('api', [restV4Schema, hashKeySchema]);

export type VoiceLogConfig = z.output<typeof voiceLogSchema>;
export type RestV4Config = z.output<typeof restV4Schema>;
export type HashKeyConfig = z.output<typeof hashKeySchema>;
export type ArchiverConfig = z.output<typeof archiverSchema>;
