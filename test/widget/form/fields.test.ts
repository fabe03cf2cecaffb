import { expect } from 'chai';
import { z } from 'zod';
import { ecc6x } from '../../../server/connectors/ecc6x/ecc6x.ts';
import { formOf as formOfType } from '../../../server/connectors/secrets.ts';
import { sftp } from '../../../server/connectors/sftp/sftp.ts';
import { secret } from '../../../shared/connector.ts';
import type { Field, JsonSchema } from '../../../widget/form/fields.ts';
import { widgetModule } from '../source.ts';

const { fieldsOf, titleOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');

function formOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

function named(fields: Field[], path: string): Field | undefined {
  return fields.find((field) => field.path === path);
}

describe('the generated form', () => {
  it('draws every field of the SFTP type, in both directions', () => {
    const form = formOf(sftp.config);
    for (const direction of ['import', 'export'] as const) {
      const kinds = fieldsOf(form, direction).map((field) => field.kind);
      expect(kinds).to.include.members(['text', 'number', 'union', 'host-key', 'choice']);
      expect(kinds).not.to.include('unknown');
    }
  });

  it('draws a field map with what is usual, and tells paths from values', () => {
    const fields = fieldsOf(formOfType(ecc6x.config), 'import');
    const map = named(fields, 'field_map');
    const defaults = named(fields, 'defaults');
    if (map?.kind !== 'field-map' || defaults?.kind !== 'field-map') throw new Error('no field maps');
    expect(map.holds).to.equal('path');
    expect(map.default).to.include({ external_interaction_id: 'id', duration_seconds: 'channel_data.duration' });
    expect(defaults.holds).to.equal('value');
    expect(named(fields, 'brokers')?.kind).to.equal('lines');
    const sasl = named(fields, 'sasl');
    expect(sasl?.kind === 'union' && sasl.default).to.equal('none');
  });

  it('leaves out what belongs to the other direction', () => {
    const form = formOf(sftp.config);
    expect(named(fieldsOf(form, 'import'), 'column_mapping')?.kind).to.equal('mapping');
    expect(named(fieldsOf(form, 'export'), 'column_mapping')).to.equal(undefined);
  });

  it('offers the formats that a connector of this direction can have', () => {
    const offered = (direction: 'import' | 'export') => {
      const field = named(fieldsOf(formOf(sftp.config), direction), 'file_format');
      if (field?.kind !== 'choice') throw new Error('file_format is no choice');
      return { values: field.options.map(({ value }) => value), words: field.description };
    };
    expect(offered('import').values).to.deep.equal(['csv', 'ndjson']);
    expect(offered('import').words).to.contain('.ndjson or .jsonl');
    expect(offered('export').values).to.have.members(['csv', 'xlsx', 'jsonl', 'parquet']);
    expect(offered('export').words).to.contain('reports');
  });

  it('finds the property that tells the alternatives of a union apart, and the secrets in them', () => {
    const credential = named(fieldsOf(formOf(sftp.config), 'import'), 'credential');
    if (credential?.kind !== 'union') throw new Error('credential is no union');
    expect(credential.property).to.equal('type');
    expect(credential.options.map((option) => option.value)).to.deep.equal(['password', 'ssh_key']);
    expect(credential.options[0]?.fields.map(({ kind, path }) => ({ kind, path }))).to.deep.equal([
      { kind: 'secret', path: 'credential.password' },
    ]);
    expect(credential.default).to.equal('password');
  });

  it('knows what must be filled, what has a default, and what is optional', () => {
    const schema = z.strictObject({
      must: z.string(),
      preset: z.number().int().default(22),
      may: z.string().optional(),
      key: secret(),
    });
    const facts = fieldsOf(formOf(schema), 'import').map(({ path, required, optional }) => ({
      path,
      required,
      optional,
    }));
    expect(facts).to.deep.equal([
      { path: 'must', required: true, optional: false },
      { path: 'preset', required: false, optional: false },
      { path: 'may', required: false, optional: true },
      { path: 'key', required: true, optional: false },
    ]);
  });

  it('does not tell a person the bounds of a double', () => {
    const [field] = fieldsOf(formOf(z.object({ n: z.number().int().min(1) })), 'import');
    expect(field).to.include({ kind: 'number', whole: true, min: 1, max: undefined });
  });

  it('draws what it does not know as an error with a reason, never as nothing', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        list: { type: 'array' },
        odd: { type: 'string', field: 'colour-wheel' as 'multiline' },
        either: { anyOf: [{ type: 'object', properties: {} }, { type: 'string' }] },
        anything: {},
      },
    };
    const fields = fieldsOf(schema, 'import');
    expect(fields.map((field) => field.kind)).to.deep.equal(['unknown', 'unknown', 'unknown', 'unknown']);
    for (const field of fields) if (field.kind === 'unknown') expect(field.reason).to.match(/\w+ \w+/);
  });

  it('makes a title from a name where the schema has none', () => {
    expect(titleOf('file_format')).to.equal('File format');
    expect(titleOf('ssh_key')).to.equal('SSH key');
    expect(titleOf('base_url')).to.equal('Base URL');
  });
});
