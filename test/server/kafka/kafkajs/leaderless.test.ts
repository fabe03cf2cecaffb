import { expect } from 'chai';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { Connection } from '../../../../server/kafka/kafkajs/connection.ts';
import { untilLed } from '../../../../server/kafka/kafkajs/topics.ts';
import { AppError } from '../../../../shared/error.ts';
import { log } from '../following.ts';

const leaderNotAvailable = 5;
const policyViolation = 44;

describe('a partition without a leader', () => {
  const open = (timeoutMs: number) =>
    new Connection({ address: { brokers: ['127.0.0.1:1'] }, clientId: 'test', log, timeoutMs });

  it('is asked for again until it has one', async () => {
    await using connection = open(60_000);
    let asked = 0;
    const answer = await untilLed(connection, () => {
      asked++;
      if (asked < 3) throw createErrorFromCode(leaderNotAvailable);
      return Promise.resolve('led');
    });
    expect([answer, asked]).to.deep.equal(['led', 3]);
  });

  it('is told as what passes, in words of its own, when it stays so', async () => {
    await using connection = open(300);
    const failure = await connection
      .request({ topic: 'calls' }, () =>
        untilLed(connection, () => Promise.reject(createErrorFromCode(leaderNotAvailable))),
      )
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AppError).and.to.include({ code: 'connection_lost', kind: 'transient' });
    expect((failure as AppError).message)
      .to.contain('leads the topic "calls"')
      .and.not.to.contain('understood');
  });

  it('is told from an event that the rules of a topic do not let in', async () => {
    await using connection = open(100);
    const refuse = () => Promise.reject(createErrorFromCode(policyViolation));
    const failure = await connection.request({ topic: 'calls' }, refuse).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AppError).and.to.include({ code: 'forbidden' });
  });
});
