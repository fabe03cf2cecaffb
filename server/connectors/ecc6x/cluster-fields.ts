import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/** A port is named always: clusters rarely keep to 9092. */
const broker = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9._-]+:\d{1,5}$/, 'a host and its port, such as kafka1.example.com:9092')
  .refine((text) => {
    const port = Number(text.slice(text.lastIndexOf(':') + 1));
    return port >= 1 && port <= 65_535;
  }, 'a port from 1 to 65535');

/** As a list, or as Kafka's own `bootstrap.servers`: with commas between them. */
export const brokersSchema = z.preprocess(separated, z.array(broker).min(1).max(50));

function separated(given: unknown): unknown {
  const list = typeof given === 'string' ? [given] : given;
  if (!Array.isArray(list)) return list;
  return list.flatMap((entry) => (typeof entry === 'string' ? brokersIn(entry) : [entry]));
}

/** `SASL_SSL://` is how a broker's own settings begin. */
function brokersIn(text: string): string[] {
  const brokers = text.split(',').map((one) => one.trim().replace(/^[A-Za-z_]+:\/\//, ''));
  return brokers.filter((one) => one !== '');
}

/** What Kafka takes for a topic. */
export const topicSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._-]{1,249}$/, 'up to 249 letters, digits, dots, dashes and underscores')
  .refine((name) => name !== '.' && name !== '..', 'another name');

export const groupSchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,255}$/, 'up to 255 letters, digits and signs, without spaces');

const login = (mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512', facts: FieldMeta) =>
  z
    .strictObject({
      mechanism: z.literal(mechanism),
      username: z
        .string()
        .trim()
        .min(1)
        .max(255)
        .meta(meta({ title: 'User name', description: 'Of a login for this purpose alone.' })),
      password: secret({
        title: 'Password',
        description: 'Of that user; for Confluent and the like the API secret.',
        sent_to: ['brokers', 'tls'],
      }),
    })
    .meta(meta(facts));

export const saslSchema = z.preprocess(
  withSmallLetters,
  z.discriminatedUnion(
    'mechanism',
    [
      z
        .object({ mechanism: z.literal('none') })
        .meta(meta({ title: 'Not at all', description: 'The brokers let our addresses in.' })),
      login('scram-sha-512', {
        title: 'SCRAM-SHA-512',
        description: 'The password itself is not sent. Recommended.',
      }),
      login('scram-sha-256', { title: 'SCRAM-SHA-256', description: 'The password itself is not sent.' }),
      login('plain', { title: 'PLAIN', description: 'The password is sent as it is: use it with TLS.' }),
    ],
    { error: 'must be none, plain, scram-sha-256 or scram-sha-512' },
  ),
);

/** Kafka's own settings write SCRAM-SHA-512. */
function withSmallLetters(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || !('mechanism' in given)) return given;
  const { mechanism } = given;
  return typeof mechanism === 'string' ? { ...given, mechanism: mechanism.trim().toLowerCase() } : given;
}
