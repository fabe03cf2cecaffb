import { expect } from 'chai';
import { z } from 'zod';
import { sftp } from '../../../server/connectors/sftp/sftp.ts';
import type { JsonSchema } from '../../../widget/form/fields.ts';
import { widgetModule } from '../source.ts';

const { fieldsOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');
const { drawnPaths, grouped, missingFields, nearestPath, startValues, valueAt, withValue } =
  await widgetModule<typeof import('../../../widget/form/values.ts')>('form/values.ts');

const fields = fieldsOf(z.toJSONSchema(sftp.config, { io: 'input' }) as JsonSchema, 'import');

describe("a form's values", () => {
  it('start with the defaults of the schema and its first alternative', () => {
    const values = startValues(fields);
    expect(values).to.deep.include({ port: 22, file_format: 'csv', credential: { type: 'password' } });
    expect(values).not.to.have.property('host');
  });

  it('are changed at a dotted path without touching what was there before', () => {
    const before = { credential: { type: 'password', password: 'a' }, port: 22 };
    const after = withValue(before, 'credential.password', 'b');
    expect(valueAt(after, 'credential.password')).to.equal('b');
    expect(before.credential.password).to.equal('a');
    expect(withValue(after, 'port', undefined)).not.to.have.property('port');
  });

  it('are complete only with every required field, a kept secret counting as there', () => {
    const values = { ...startValues(fields), host: 'h', directory: '/d', username: 'u' };
    expect(Object.keys(missingFields(fields, values, new Set()))).to.deep.equal(['credential.password']);
    expect(missingFields(fields, values, new Set(['credential.password']))).to.deep.equal({});
  });

  it('never ask for the fields of an alternative that was not chosen', () => {
    const values = { host: 'h', directory: '/d', username: 'u', credential: { type: 'ssh_key' } };
    expect(missingFields(fields, values, new Set())).to.deep.equal({});
    expect(drawnPaths(fields, values)).not.to.include('credential.password');
  });

  it('show an error at the nearest field that is drawn, or say that there is none', () => {
    const drawn = drawnPaths(fields, startValues(fields));
    expect(nearestPath('credential.password', drawn)).to.equal('credential.password');
    expect(nearestPath('column_mapping.call_id', drawn)).to.equal('column_mapping');
    expect(nearestPath('nowhere', drawn)).to.equal(undefined);
  });

  it('stand in the order where, who, what, after', () => {
    expect(grouped(fields).map((part) => part.group)).to.deep.equal(['where', 'who', 'what', 'after']);
  });
});
