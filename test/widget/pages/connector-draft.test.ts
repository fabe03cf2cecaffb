import { expect } from 'chai';
import type { ConnectorDraft } from '../../../widget/pages/connector-draft.ts';
import { widgetModule } from '../source.ts';

const { isAsTried } =
  await widgetModule<typeof import('../../../widget/pages/connector-draft.ts')>('pages/connector-draft.ts');
const { fieldsOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');

const fields = fieldsOf(
  { properties: { host: { type: 'string' }, host_key: { type: 'string', field: 'host-key' } } },
  'import',
);

function draftWith(values: ConnectorDraft['values']): ConnectorDraft {
  const type = {
    ...{ id: 'sftp', title: 'SFTP server', summary: '', directions: ['import' as const], form: {} },
    ...{ prerequisites: {}, has_system_job: false },
  };
  return { type, direction: 'import', name: 'calls', values, fields };
}

describe('what a test of unsaved settings showed', () => {
  const tried = draftWith({ host: 'a.example' });

  it('holds for the same settings under another name, and once the key that it saw is pinned', () => {
    expect(isAsTried(tried, { ...tried, name: 'other' }, 'SHA256:a')).to.equal(true);
    expect(isAsTried(tried, draftWith({ host: 'a.example', host_key: 'SHA256:a' }), 'SHA256:a')).to.equal(true);
  });

  it('holds for no other host, and for no other key', () => {
    expect(isAsTried(tried, draftWith({ host: 'b.example' }), 'SHA256:a')).to.equal(false);
    expect(isAsTried(tried, draftWith({ host: 'a.example', host_key: 'SHA256:b' }), 'SHA256:a')).to.equal(false);
    const pinned = draftWith({ host: 'a.example', host_key: 'SHA256:a' });
    expect(isAsTried(pinned, draftWith({ host: 'b.example', host_key: 'SHA256:a' }), 'SHA256:a')).to.equal(false);
  });
});
