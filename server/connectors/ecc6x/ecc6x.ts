import type { ConnectorType } from '../connector.ts';
import { checkEcc6x } from './check.ts';
import { type Ecc6xConfig, ecc6xConfigSchema } from './config.ts';
import { requireOwnGroup, withGroup, withoutOwnGroup } from './group.ts';
import { openSource } from './source.ts';
import { streamOf } from './stream.ts';

export const ecc6x = {
  id: 'ecc6x',
  title: 'ECC 6x',
  summary: "Interactions of Exotel's contact center ECC 6x as they end, by Kafka, and their results back.",
  directions: ['import'],
  prerequisites: {
    import: [
      'A Kafka topic into which ECC 6x writes an event in JSON for each interaction.',
      'Our outbound addresses must be allowed to connect to every broker of the cluster, not to the first one alone.',
      'A login that may read the topic and join the consumer group, and may write to the results topic where there is one.',
      'For recordings: the address that they are fetched from, and a token that may read them.',
    ],
  },
  systemJob: {
    schedule: { frequency: 'continuous', end_date: 'never', overlap: 'skip' },
    startsAtOnce: false,
  },
  config: ecc6xConfigSchema,
  prepare: withGroup,
  saved: requireOwnGroup,
  exported: withoutOwnGroup,
  check: checkEcc6x,
  // Which cluster it is, is found out by connecting: another list of the same brokers forgets nothing.
  location: ({ topic }) => JSON.stringify(['kafka', topic]),
  source: openSource,
  stream: streamOf,
} satisfies ConnectorType<Ecc6xConfig>;
