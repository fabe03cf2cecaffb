import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../harness/product.ts';

const widget = join(packageRoot, 'widget');

/** What an element is given by the one that draws it. */
const given = /@property\(\{ attribute: false \}\) (\w+)/g;

describe('what an element is given', () => {
  // Lit gives an object anew each time the element above is drawn, also the same one: what was set here would be lost then.
  it('is never set by itself', () => {
    const modules = readdirSync(widget, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const texts = modules.map((module) => ({ module, text: readFileSync(join(widget, module), 'utf8') }));
    const properties = texts.flatMap(({ module, text }) =>
      [...text.matchAll(given)].map(([, name = '']) => ({ module, text, name })),
    );
    expect(properties).to.not.be.empty;
    const wrong = properties.filter(({ text, name }) => new RegExp(`this\\.${name} = `).test(text));
    expect(wrong.map(({ module, name }) => `${module}: ${name}`)).to.deep.equal([]);
  });
});
