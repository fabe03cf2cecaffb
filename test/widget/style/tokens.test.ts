import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { tokens } = await widgetModule<typeof import('../../../widget/style/tokens.ts')>('style/tokens.ts');

type Rgb = [number, number, number];
interface Colour {
  light: Rgb;
  dark: Rgb;
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function colour(name: string): Colour {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens.cssText);
  if (!found?.[1] || !found[2]) throw new Error(`--${name} is not given as light and dark`);
  return { light: rgb(found[1]), dark: rgb(found[2]) };
}

/** WCAG 2.2, relative luminance. */
function luminance(channels: Rgb): number {
  const [r, g, b] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['ground', 'surface', 'surface-raised', 'surface-sunken', 'surface-hover'];
const texts = ['text', 'text-soft', 'accent', 'accent-strong', 'good', 'warn', 'bad', 'agent', 'customer'];
const pairs: [string, string][] = [
  ...texts.flatMap((text) => grounds.map((ground): [string, string] => [text, ground])),
  ...['good', 'warn', 'bad', 'busy', 'idle', 'accent'].map((tone): [string, string] => [tone, `${tone}-soft`]),
  ['text', 'accent-soft'],
  ['text-soft', 'accent-soft'],
  ['text', 'bad-soft'],
  ['text-soft', 'bad-soft'],
  ['text', 'idle-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['on-bad', 'bad'],
  ['ground', 'text'],
];

describe('the colours', () => {
  for (const theme of ['light', 'dark'] as const) {
    it(`keep text readable on its ground in ${theme}: at least 4.5 : 1`, () => {
      const weak = pairs
        .map(([text, ground]) => ({ text, ground, ratio: contrast(colour(text)[theme], colour(ground)[theme]) }))
        .filter(({ ratio }) => ratio < 4.5);
      expect(weak).to.deep.equal([]);
    });

    it(`keep the borders of fields and the focus ring visible in ${theme}: at least 3 : 1`, () => {
      const ratios = ['line-strong', 'focus'].map((name) => contrast(colour(name)[theme], colour('surface')[theme]));
      for (const ratio of ratios) expect(ratio).to.be.at.least(3);
    });
  }
});
