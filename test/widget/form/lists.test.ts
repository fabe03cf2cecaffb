import { expect } from 'chai';
import { z } from 'zod';
import { connectorTypes } from '../../../server/connectors/registry.ts';
import { weekdays } from '../../../shared/job.ts';
import type { Field, JsonSchema } from '../../../widget/form/fields.ts';
import { widgetModule } from '../source.ts';

const { fieldsOf } = await widgetModule<typeof import('../../../widget/form/fields.ts')>('form/fields.ts');
const { startValues } = await widgetModule<typeof import('../../../widget/form/values.ts')>('form/values.ts');

function fieldsIn(schema: z.ZodType): Field[] {
  return fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, 'import');
}

function kindsIn(fields: Field[]): string[] {
  return fields.flatMap((field) => [
    field.kind,
    ...('fields' in field ? kindsIn(field.fields) : []),
    ...(field.kind === 'union' ? field.options.flatMap((option) => kindsIn(option.fields)) : []),
  ]);
}

describe('the generated form of lists', () => {
  it('draws every field of every connector type, in every direction it has', () => {
    for (const type of connectorTypes)
      for (const direction of type.directions) {
        const form = z.toJSONSchema(type.config, { io: 'input' }) as JsonSchema;
        expect(kindsIn(fieldsOf(form, direction)), `${type.id} ${direction}`).not.to.include('unknown');
      }
  });

  it('asks for several of a few values with a box each, and begins with the default', () => {
    const [field] = fieldsIn(z.strictObject({ days: z.array(z.enum(weekdays)).default(['monday']) }));
    expect(field).to.include({ kind: 'choices' });
    expect(field && startValues([field])).to.deep.equal({ days: ['monday'] });
  });

  it('asks for texts a line each, and for small objects in rows', () => {
    const [keys, files] = fieldsIn(
      z.strictObject({
        keys: z.array(z.string()).default([]),
        files: z.array(z.strictObject({ name: z.string(), by: z.string().default('06:00') })).default([]),
      }),
    );
    expect(keys?.kind).to.equal('lines');
    if (files?.kind !== 'list') throw new Error('files is no list');
    expect(files.fields.map(({ path, required }) => [path, required])).to.deep.equal([
      ['name', true],
      ['by', false],
    ]);
    expect(startValues(files.fields)).to.deep.equal({ by: '06:00' });
  });

  it('leaves hidden fields out', () => {
    const hidden = z.literal('ndjson').default('ndjson').meta({ hidden: true });
    expect(
      fieldsIn(z.strictObject({ file_format: hidden, fixed: z.enum(['a', 'b']).meta({ hidden: true }) })),
    ).to.deep.equal([]);
  });
});
