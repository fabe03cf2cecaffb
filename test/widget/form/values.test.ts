import { expect } from 'chai';
import { z } from 'zod';
import { ecc4x } from '../../../server/connectors/ecc4x/ecc4x.ts';
import { inbox } from '../../../server/connectors/inbox/inbox.ts';
import { sftp } from '../../../server/connectors/sftp/sftp.ts';
import type { JsonSchema } from '../../../widget/form/fields.ts';
import { widgetModule } from '../source.ts';

const { fieldsOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');
const values = await widgetModule<typeof import('../../../widget/form/values.ts')>('form/values.ts');
const { drawnPaths, emptied, folded, grouped, isChanged, listWithChanges, missingFields } = values;
const { nearestPath, startValues, valueAt, withChanges, withValue } = values;

const fields = fieldsOf(z.toJSONSchema(sftp.config, { io: 'input' }) as JsonSchema, 'import');

describe("a form's values", () => {
  it('start with the defaults of the schema and its first alternative', () => {
    const values = startValues(fields);
    expect(values).to.deep.include({ port: 22, file_format: 'csv', credential: { type: 'password' } });
    expect(values).not.to.have.property('host');
  });

  it('start with the column mapping and the list that the schema gives', () => {
    const ecc = fieldsOf(z.toJSONSchema(ecc4x.config, { io: 'input' }) as JsonSchema, 'import');
    expect(valueAt(startValues(ecc), 'column_mapping')).to.deep.include({ crtObjectId: 'external_interaction_id' });
    const schema = z.strictObject({
      files: z.array(z.strictObject({ name: z.string() })).default([{ name: 'calls.csv' }]),
      lines: z.array(z.string()).default(['a']),
    });
    const lists = fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, 'import');
    expect(startValues(lists)).to.deep.equal({ files: [{ name: 'calls.csv' }], lines: ['a'] });
    expect(lists.map((field) => emptied(field, []))).to.deep.equal([[], []]);
    expect(
      emptied(
        fields.find(({ kind }) => kind === 'mapping'),
        {},
      ),
    ).to.equal(undefined);
  });

  it('of several keys are lines, not one text', () => {
    const keys = fieldsOf(z.toJSONSchema(inbox.config, { io: 'input' }) as JsonSchema, 'import');
    expect(keys.find(({ path }) => path === 'public_keys')?.kind).to.equal('lines');
  });

  it('are changed at a dotted path without touching what was there before', () => {
    const before = { credential: { type: 'password', password: 'a' }, port: 22 };
    const after = withValue(before, 'credential.password', 'b');
    expect(valueAt(after, 'credential.password')).to.equal('b');
    expect(before.credential.password).to.equal('a');
    expect(withValue(after, 'port', undefined)).not.to.have.property('port');
  });

  it('take up what others saved and keep what one changed, also what one took out', () => {
    const before = { name: 'calls', port: 22, directory: '/in', days: [1, 2] as number[] | undefined };
    const now = { ...before, directory: '/out', port: 2222, days: [3] };
    expect(withChanges(now, { ...before, name: 'mine', port: 23 }, before)).to.deep.equal({
      ...{ name: 'mine', port: 23, directory: '/out', days: [3] },
    });
    const { days: _, ...without } = before;
    expect(withChanges(now, without as typeof before, before).days).to.equal(undefined);
  });

  it('of a list without an order are those of others, less what one took out, and what one added', () => {
    expect(listWithChanges(['a', 'b', 'd'], ['b', 'c', 'd'], ['a', 'b'])).to.deep.equal(['b', 'd', 'c']);
    expect(listWithChanges([], ['a', 'b'], ['a'])).to.deep.equal(['b']);
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

  it('of a long part are folded after the first ones, the required ones never', () => {
    const names = [...'abcdefghij'];
    const schema = { properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])), required: ['j'] };
    const paths = (part: typeof fields) => part.map(({ path }) => path).join('');
    const long = folded(fieldsOf(schema, 'import'));
    expect([paths(long.shown), paths(long.more)]).to.deep.equal(['abcdefj', 'ghi']);
    expect(folded(fields.slice(0, 8)).more).to.deep.equal([]);
  });

  it('that differ from a new form are known, at any depth', () => {
    const start = startValues(fields);
    const changed = (values: typeof start) =>
      fields.filter((field) => isChanged(field, values)).map(({ path }) => path);
    expect(changed({ ...start, column_mapping: {}, expected_files: [] })).to.deep.equal([]);
    expect(changed({ ...start, port: 2222 })).to.deep.equal(['port']);
    expect(changed(withValue(start, 'credential.password', 'x'))).to.deep.equal(['credential']);
  });

  it('stand in the order where, who, what, after', () => {
    expect(grouped(fields).map((part) => part.group)).to.deep.equal(['where', 'who', 'what', 'after']);
  });
});
