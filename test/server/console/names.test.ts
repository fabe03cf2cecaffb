import { expect } from 'chai';
import { saveConnector } from '../../../server/configuration/connectors.ts';
import { testAccount } from '../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../web/door.ts';
import { by, importJob, sftpConnector } from './belongings.ts';

describe('a name that people give', () => {
  let door: Door;
  let token: string;
  before(async () => {
    door = await openDoor();
    const { id } = await testAccount(door.services);
    token = (await signedInAs(door.services, id, 'admin')).token;
    await saveConnector(door.services, id, sftpConnector('calls', 'import'), { by });
  });
  after(() => door.close());

  const makes: Record<string, (name: string) => unknown> = {
    'jobs.create': (name) => importJob(name, 'calls'),
    'connectors.create': (name) => sftpConnector(name, 'import'),
    'savedFilters.create': (name) => ({ name, is_shared: false, filter: {} }),
    'users.create': (name) => ({ name, email: 'ada@call.test', role: 'agent' }),
    'apiKeys.create': (name) => ({ name }),
    'campaigns.create': (name) => ({ name }),
    'analyses.export': (name) => ({ name, report: {}, email_me: true }),
  };

  for (const [path, input] of Object.entries(makes))
    it(`is refused by ${path} where it is of spaces alone or holds control characters, in words`, async () => {
      const refusals = {
        '   ': 'name: must be a name that is more than spaces.',
        'a\u0007b': 'name: must be a name without control',
      };
      for (const [name, words] of Object.entries(refusals)) {
        const answer = await door.mutate(path, input(name), { token });
        expect(answer.status, answer.text).to.equal(400);
        expect(answer.error?.data).to.deep.include({ code: 'invalid', field: 'name' });
        expect(answer.error?.message).to.contain(words);
      }
    });
});
