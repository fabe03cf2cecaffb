import { expect } from 'chai';
import { connectorTypes } from '../../../server/connectors/registry.ts';
import { formOf } from '../../../server/connectors/secrets.ts';

type Json = Record<string, unknown>;

/** Every field that somebody fills in, with its dotted path; what chooses between alternatives (`type`) is none. */
function fieldsOf(node: Json, path = ''): [string, Json][] {
  const alternatives = ['oneOf', 'anyOf', 'allOf'].flatMap((name) => (node[name] as Json[] | undefined) ?? []);
  const properties = Object.entries((node.properties as Record<string, Json> | undefined) ?? {});
  const own = properties.filter(([, field]) => field.const === undefined);
  return [
    ...alternatives.flatMap((alternative) => fieldsOf(alternative, path)),
    ...own.flatMap(([name, field]): [string, Json][] => [
      [`${path}${name}`, field],
      ...fieldsOf(field, `${path}${name}.`),
      ...fieldsOf((field.items as Json | undefined) ?? {}, `${path}${name}.`),
    ]),
  ];
}

describe('the forms of all connector types', () => {
  for (const { id, config } of connectorTypes)
    it(`${id}: every field says what it is, what to enter, and where it belongs`, () => {
      const lacking = fieldsOf(formOf(config)).flatMap(([path, { title, description, group }]) => [
        ...(title ? [] : [`${path}: title`]),
        ...(description ? [] : [`${path}: description`]),
        ...(group || path.includes('.') ? [] : [`${path}: group`]),
      ]);
      expect(lacking).to.deep.equal([]);
    });

  for (const { id, config, directions } of connectorTypes)
    if (directions.includes('import'))
      it(`${id}: says within how many hours data must come`, () => {
        const names = fieldsOf(formOf(config)).map(([path]) => path);
        expect(names).to.include('expect_data_hours');
      });
});
