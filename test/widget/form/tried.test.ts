import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { isAsTried } = await widgetModule<typeof import('../../../widget/form/tried.ts')>('form/tried.ts');
const { fieldsOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');

const fields = fieldsOf(
  { properties: { host: { type: 'string' }, host_key: { type: 'string', field: 'host-key' } } },
  'import',
);

describe('what a test of unsaved settings showed', () => {
  const seen = 'SHA256:a';

  it('holds for the same settings, and once the key that it saw is pinned', () => {
    const tried = { host: 'a.example' };
    expect(isAsTried(fields, tried, { host: 'a.example' }, seen)).to.equal(true);
    expect(isAsTried(fields, tried, { host: 'a.example', host_key: seen }, seen)).to.equal(true);
  });

  it('holds for no other host, and for no other key', () => {
    const tried = { host: 'a.example' };
    expect(isAsTried(fields, tried, { host: 'b.example' }, seen)).to.equal(false);
    expect(isAsTried(fields, tried, { host: 'a.example', host_key: 'SHA256:b' }, seen)).to.equal(false);
    expect(isAsTried(fields, { ...tried, host_key: seen }, { host: 'b.example', host_key: seen }, seen)).to.equal(
      false,
    );
  });
});
