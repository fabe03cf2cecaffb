import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { addPositions, readPositions } from '../../../../db/queries/stream-positions.ts';
import { saveReaders, streamStatuses } from '../../../../db/queries/stream-readers.ts';
import { newId } from '../../../../db/uuid.ts';
import { apply, readConfiguration } from '../../../../server/configuration/apply.ts';
import { findConnector, saveConnector, setConnectorEnabled } from '../../../../server/configuration/connectors.ts';
import { exportConfiguration } from '../../../../server/configuration/export.ts';
import { listJobs, removeJob, setJobEnabled } from '../../../../server/configuration/jobs.ts';
import { saveJob } from '../../../../server/configuration/jobs-save.ts';
import { removeConnector } from '../../../../server/configuration/removal.ts';
import { loadConnector } from '../../../../server/connectors/load.ts';
import type { Services } from '../../../../server/services.ts';
import { streamLocation } from '../../../../server/stream/location.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { rejects } from '../contract-kit.ts';

const by = 'test';
const yaml = `
connectors:
  - name: ecc
    direction: import
    type: ecc6x
    config:
      brokers: [kafka1.example.com:9093, "kafka2.example.com:9093"]
      tls: true
      sasl: { mechanism: scram-sha-512, username: cqa, password: "\${KAFKA_PASSWORD}" }
      topic: interactions
      results_topic: results
      recording_base_url: https://ecc.example.com/data-engine/
      recording_token: "\${ECC_TOKEN}"
      field_map: { external_interaction_id: payload.id, audio_url: "payload.legs[0].url", Team: payload.team }
      filter: { path: state, values: [closed] }
`;
const environment = { KAFKA_PASSWORD: 'sesame', ECC_TOKEN: 'bearer-token' };

describe('saving an ECC 6x connector', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  const applied = () => apply(services, accountId, readConfiguration(yaml, environment), { by });
  const loaded = async () => {
    const { id } = await findConnector(services, accountId, 'ecc');
    return await loadConnector(services.database, services.keyring, accountId, id);
  };
  const onlyJob = async () => {
    const [job, ...others] = await listJobs(services, accountId);
    expect(others).to.deep.equal([]);
    if (!job) throw new Error('there is no job');
    return job;
  };
  const countOf = async (table: 'execution' | 'work') => {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS count FROM ${table} WHERE account_id = ?`,
      [accountId],
    );
    return rows[0]?.count;
  };

  it('by YAML makes it once, its secrets sealed and its group kept', async () => {
    expect(
      await apply(services, accountId, readConfiguration(yaml, environment), { by, dryRun: true }),
    ).to.deep.include({ created: ['connector ecc'] });
    expect((await applied()).created).to.deep.equal(['connector ecc']);
    const { config, kept_secrets } = await findConnector(services, accountId, 'ecc');
    expect(JSON.stringify(config)).to.not.match(/sesame|bearer-token/);
    expect(kept_secrets).to.have.members(['sasl.password', 'recording_token']);
    expect(config.group_id).to.match(/^cqa-[0-9a-f]{16}$/);
    expect((await applied()).unchanged).to.deep.equal(['connector ecc']);
    const { type, config: whole } = await loaded();
    expect(type.stream?.(whole)).to.deep.include({
      kafka: {
        brokers: ['kafka1.example.com:9093', 'kafka2.example.com:9093'],
        tls: { ca: undefined },
        sasl: { mechanism: 'scram-sha-512', username: 'cqa', password: 'sesame' },
      },
      ...{ groupId: config.group_id, topic: 'interactions', resultsTopic: 'results' },
    });
  });

  it('goes to and fro through the export, secrets left out', async () => {
    await applied();
    const text = await exportConfiguration(services, accountId);
    expect(text).to.not.match(/sesame|bearer-token|frequency|group_id/);
    const before = await loaded();
    expect(await apply(services, accountId, readConfiguration(text, {}), { by })).to.deep.include({
      created: [],
      updated: [],
    });
    expect((await loaded()).config).to.deep.equal(before.config);
  });

  it('names in the export a group that somebody has chosen', async () => {
    const chosen = readConfiguration(
      yaml.replace('topic: interactions', 'topic: chosen\n      group_id: theirs'),
      environment,
    );
    await apply(services, accountId, chosen, { by });
    expect(await exportConfiguration(services, accountId)).to.include('group_id: theirs');
  });

  it('in another account makes a group of its own', async () => {
    await applied();
    const { config } = await findConnector(services, accountId, 'ecc');
    accountId = (await testAccount(services)).id;
    await applied();
    expect((await findConnector(services, accountId, 'ecc')).config.group_id).to.not.equal(config.group_id);
  });

  it('refuses the group of another connector, as a copied configuration would name it', async () => {
    await applied();
    const { config } = await findConnector(services, accountId, 'ecc');
    const secrets = { sasl: { mechanism: 'plain', username: 'u', password: 'p' }, recording_token: 't' };
    const copy = { name: 'copy', direction: 'import', type: 'ecc6x', config: { ...config, ...secrets } };
    const own = await rejects(saveConnector(services, accountId, copy, { by }), 'conflict');
    expect(own.field).to.equal('config.group_id');
    expect(own.message).to.contain('"ecc"').and.to.contain(String(config.group_id));
    const another = (await testAccount(services)).id;
    const elsewhere = await rejects(saveConnector(services, another, copy, { by }), 'conflict');
    expect(elsewhere.message).to.not.match(/"ecc"|account|already/);
    const otherCluster = { ...copy, config: { ...copy.config, brokers: ['kafka1.other.example:9093'] } };
    await saveConnector(services, another, otherCluster, { by });
    const overlapping = { ...copy.config, brokers: ['kafka3.example.com:9093', 'KAFKA2.example.com:9093'] };
    await rejects(saveConnector(services, another, { ...copy, name: 'b', config: overlapping }, { by }), 'conflict');
    const otherTopic = { ...copy, name: 'other topic', config: { ...copy.config, topic: 'another' } };
    await saveConnector(services, another, otherTopic, { by });
    await saveConnector(
      services,
      another,
      { ...copy, name: 'own', config: { ...copy.config, group_id: undefined } },
      { by },
    );
  });

  it('asks for the password again where the brokers change, and not for the token', async () => {
    await applied();
    const { uid, config } = await findConnector(services, accountId, 'ecc');
    const moved = {
      name: 'ecc',
      direction: 'import',
      type: 'ecc6x',
      config: { ...config, brokers: ['elsewhere:9093'] },
    };
    const error = await rejects(saveConnector(services, accountId, moved, { by, uid }), 'invalid');
    expect(error.field).to.equal('config.sasl.password');
    const sasl = { mechanism: 'scram-sha-512', username: 'cqa', password: 'new' };
    await saveConnector(services, accountId, { ...moved, config: { ...moved.config, sasl } }, { by, uid });
    expect((await loaded()).config).to.deep.include({ recording_token: 'bearer-token', sasl });
  });

  it('lets the password go where nobody signs in any more', async () => {
    await applied();
    const { uid, config } = await findConnector(services, accountId, 'ecc');
    const open = { ...config, sasl: { mechanism: 'none' } };
    await saveConnector(
      services,
      accountId,
      { name: 'ecc', direction: 'import', type: 'ecc6x', config: open },
      { by, uid },
    );
    expect((await findConnector(services, accountId, 'ecc')).kept_secrets).to.deep.equal(['recording_token']);
  });

  it('makes a continuous job without a due time and without a run of its own', async () => {
    await applied();
    const job = await onlyJob();
    expect(job).to.deep.include({
      name: 'ecc',
      is_system: true,
      is_enabled: true,
      next_due_at: null,
      connectors: ['ecc'],
    });
    expect(job.schedule).to.deep.equal({ frequency: 'continuous', end_date: 'never', overlap: 'skip' });
    expect([await countOf('execution'), await countOf('work')]).to.deep.equal([0, 0]);
  });

  it('lets both be disabled and enabled, and neither makes a due time or a run', async () => {
    await applied();
    const { uid } = await findConnector(services, accountId, 'ecc');
    const job = await onlyJob();
    for (const isEnabled of [false, true]) {
      await setJobEnabled(services, accountId, job.uid, isEnabled);
      await setConnectorEnabled(services, accountId, uid, isEnabled);
      expect(await onlyJob()).to.include({ is_enabled: isEnabled, next_due_at: null });
      expect((await findConnector(services, accountId, 'ecc')).is_enabled).to.equal(isEnabled);
    }
    expect([await countOf('execution'), await countOf('work')]).to.deep.equal([0, 0]);
  });

  it('makes a job that is its own: not to be changed, deleted or made by hand, and gone with it', async () => {
    await applied();
    const { uid, name } = await onlyJob();
    const deleted = await rejects(removeJob(services, accountId, uid), 'conflict');
    expect(deleted.message)
      .to.match(/can be disabled/)
      .and.not.match(/run now/);
    const daily = { name, type: 'data_import', connectors: ['ecc'], schedule: { frequency: 'daily', at: '02:30' } };
    await rejects(saveJob(services, accountId, daily, { by, uid }), 'conflict');
    const continuous = { ...daily, name: 'another', schedule: { frequency: 'continuous' } };
    await rejects(saveJob(services, accountId, continuous, { by }), 'invalid');
    await removeConnector(services, accountId, (await findConnector(services, accountId, 'ecc')).uid);
    expect(await listJobs(services, accountId)).to.deep.equal([]);
  });

  it('forgets with it where its topic is read on, and who reads it', async () => {
    await applied();
    const { pool } = services.database;
    const { id, uid } = await findConnector(services, accountId, 'ecc');
    const place = streamLocation({ accountId, connectorId: id }, 'cluster', 'interactions');
    await addPositions(pool, place, { topicId: undefined, offsets: new Map([[0, 5]]) });
    const known = { partitions: 1, lag: 0, eventsPerSecond: 0, lastEventAt: null, restarts: 0, error: null };
    await saveReaders(pool, newId(), [{ accountId, connectorId: id, state: 'following', ...known }]);
    await removeConnector(services, accountId, uid);
    expect((await readPositions(pool, place)).offsets.size).to.equal(0);
    expect(await streamStatuses(pool, accountId)).to.deep.equal([]);
  });

  it('gives the job the new name of the connector', async () => {
    await applied();
    const { uid, config } = await findConnector(services, accountId, 'ecc');
    await saveConnector(
      services,
      accountId,
      { name: 'ecc 2', direction: 'import', type: 'ecc6x', config },
      { by, uid },
    );
    expect((await onlyJob()).name).to.equal('ecc 2');
  });
});
