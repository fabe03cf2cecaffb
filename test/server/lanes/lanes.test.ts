import { expect } from 'chai';
import { workKinds } from '../../../db/queries/work.ts';
import { lanes } from '../../../server/lanes/lanes.ts';
import type { Services } from '../../../server/services.ts';
import type { OpenHandlers } from '../../../server/worker/lane.ts';
import { settingsOf, testServices } from '../../harness/services.ts';

describe('lanes', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  for (const lane of lanes)
    it(`serve the kinds that they name: ${lane.name}`, async () => {
      const { openHandlers } = (await import(lane.handlers)) as { openHandlers: OpenHandlers };
      const handlers = openHandlers(services, settingsOf(services));
      expect(handlers.map(({ kind }) => kind)).to.deep.equal(lane.kinds);
      for (const handler of handlers) await handler[Symbol.asyncDispose]();
    });

  it('serve every kind of work, each once', () => {
    expect(lanes.flatMap(({ kinds }) => kinds)).to.have.members([...workKinds]);
  });
});
