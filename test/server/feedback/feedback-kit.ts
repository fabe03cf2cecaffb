import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { type FeedbackMessage, feedbackJsonSchema, feedbackSchema } from '../../../server/feedback/schema.ts';
import { analyseHandler } from '../../../server/pipeline/analyse/analyse.ts';
import type { Services } from '../../../server/services.ts';
import { addConnector } from '../../harness/connectors.ts';
import type { TestKafka } from '../../harness/kafka.ts';
import { testAccount } from '../../harness/services.ts';
import { claimed, type SeedInteraction, seedInteraction, seedProfile, seedRule } from '../reports/seed.ts';

export interface FeedbackKit {
  accountId: number;
  connectorId: number;
  topic: string;
  /** An interaction that the connector brought. */
  interaction(given?: SeedInteraction): Promise<Buffer>;
  /** Analyses it, as a worker does. */
  analyse(id: Buffer): Promise<void>;
  /** The account gets a profile and a rule that assigns it to everything. */
  profile(): Promise<void>;
  /** Work that waits to be told to the source. */
  waiting(): Promise<RowDataPacket[]>;
  configure(changes: Record<string, unknown>): Promise<void>;
}

const never = new AbortController().signal;
let topics = 0;

/** An account with a connector that has a results topic, which is not made yet. */
export async function feedbackKit(services: Services, brokers: string[]): Promise<FeedbackKit> {
  const { pool } = services.database;
  const { id: accountId } = await testAccount(services);
  const topic = `results-${process.pid}-${++topics}`;
  const config = { brokers, topic: `calls-${topics}`, results_topic: topic, group_id: `group-${topics}` };
  const connectorId = await addConnector(services, accountId, { type: 'ecc6x', config });
  const analysing = analyseHandler(services, {});
  return {
    ...{ accountId, connectorId, topic },
    async interaction(given = {}) {
      const { id } = await seedInteraction(services, accountId, given);
      await pool.query('UPDATE interaction SET connector_id = ? WHERE id = ?', [connectorId, id]);
      return id;
    },
    async analyse(id) {
      await analysing.run(await claimed(services, 'analyse', accountId, id), never);
    },
    async profile() {
      await seedProfile(services, accountId, 'Basics', {
        Greeting: { kind: 'phrase', any: ['thank you for calling'] },
      });
      await seedRule(services, accountId, { assign_quality_profiles: ['Basics'] });
    },
    async waiting() {
      const [rows] = await pool.query<RowDataPacket[]>(
        "SELECT * FROM work WHERE kind = 'feedback' AND account_id = ? ORDER BY id",
        [accountId],
      );
      return rows;
    },
    async configure(changes) {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT config FROM connector WHERE id = ?', [connectorId]);
      const merged = { ...JSON.parse(rows[0]?.config), ...changes };
      await pool.query('UPDATE connector SET config = ? WHERE id = ?', [JSON.stringify(merged), connectorId]);
    },
  };
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
/** As a reader of the topic judges a message. */
const isPublished = ajv.compile(feedbackJsonSchema() as object);
/** The same without room for fields that nobody has described. */
const isDescribed = ajv.compile(z.toJSONSchema(feedbackSchema));

function requireValid(message: unknown): FeedbackMessage {
  for (const isValid of [isPublished, isDescribed])
    if (!isValid(message)) throw new Error(`${ajv.errorsText(isValid.errors)}: ${JSON.stringify(message)}`);
  return feedbackSchema.parse(message);
}

/** The topic's messages as soon as there are so many, each held against the documented schema. */
export async function messagesOn(kafka: TestKafka, topic: string, untilCount: number): Promise<FeedbackMessage[]> {
  const events = await kafka.readAll(topic, untilCount);
  return events.map(({ value }) => requireValid(JSON.parse(String(value))));
}
