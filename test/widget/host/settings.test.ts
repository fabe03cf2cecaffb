import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { frameSettings } = await widgetModule<typeof import('../../../widget/host/settings.ts')>('host/settings.ts');

describe('the frame settings in the page', () => {
  it('are absent where the console stands alone', () => {
    expect(frameSettings(undefined)).to.equal(undefined);
    expect(frameSettings('  ')).to.equal(undefined);
  });

  it('name the account and the origins of its host pages', () => {
    const settings = { account: 'a', origins: ['https://ecc.example'] };
    expect(frameSettings(JSON.stringify(settings))).to.deep.equal(settings);
  });

  it('are refused when they are not understood, instead of opening a console for anybody', () => {
    for (const text of ['{}', '{"account":"a"}', '{"account":"a","origins":[1]}', 'null'])
      expect(() => frameSettings(text)).to.throw('not understood');
    expect(() => frameSettings('{')).to.throw(SyntaxError);
  });
});
