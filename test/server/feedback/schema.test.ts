import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { feedbackJsonSchema, feedbackSchema } from '../../../server/feedback/schema.ts';

type Json = Record<string, unknown>;

const published = JSON.parse(
  readFileSync(new URL('../../../../server/feedback/results.schema.json', import.meta.url), 'utf8'),
) as Json;

/** What a property is where it is defined once for several, or may be null. */
function definedIn({ $defs = {} }: { $defs?: Record<string, Json> }, property: Json): Json | undefined {
  const { $ref, anyOf } = property as { $ref?: string; anyOf?: Json[] };
  if ($ref !== undefined) return $defs[$ref.replace('#/$defs/', '')];
  return { ...anyOf?.find(({ type }) => type !== 'null'), ...property };
}

/** Every property of every object in a schema, by its path. */
function* propertiesOf(schema: unknown, path: string): Generator<[path: string, property: Json]> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'properties') yield* propertiesOf(value, path);
    else
      for (const [name, property] of Object.entries(value as Record<string, Json>)) {
        yield [`${path}.${name}`, property];
        yield* propertiesOf(property, `${path}.${name}`);
      }
  }
}

const pages = ['../../../../server/feedback/README.md', '../../../../server/connectors/ecc6x/README.md'];

function examplesIn(page: string): unknown[] {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8');
  return [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, example]) => JSON.parse(example ?? ''));
}

describe('the published schema of results', () => {
  it('is the one that messages are made by; else write it anew from feedbackJsonSchema()', () => {
    expect(published).to.deep.equal(feedbackJsonSchema());
  });

  it('describes each field, and says where it may be absent', () => {
    const properties = [...propertiesOf(published, 'message')];
    expect(properties.length).to.be.greaterThan(40);
    for (const [path, property] of properties)
      expect(definedIn(published, property)?.description, path).to.be.a('string');
  });

  it('leaves room for fields that come later', () => {
    expect(JSON.stringify(published)).not.to.include('"additionalProperties":false');
  });

  it('is what the examples in the documentation keep to', () => {
    for (const page of pages) {
      const examples = examplesIn(page);
      expect(examples, page).to.have.length(1);
      feedbackSchema.parse(examples[0]);
    }
  });
});
