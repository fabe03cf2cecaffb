import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { stickingOut } from '../harness/watched-page.ts';
import { AnalysedCalls } from './analysed-calls.ts';

const narrow = { width: 360, height: 740 };
const frame = { width: 900, height: 600 };

describe('the Analysis List in the console', () => {
  let calls: AnalysedCalls;
  before(async () => {
    calls = await AnalysedCalls.open();
    await calls.addPerson('nora', 'supervisor', { team: 'north' });
    await calls.addPerson('ann', 'agent');
  });
  after(() => calls.close());
  afterEach(async () => expect(await calls.leave()).to.deep.equal([]));

  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  const table = (page: Page) => page.getByRole('region', { name: 'Analyses', exact: true });
  const links = (page: Page) => table(page).getByRole('link').allInnerTexts();
  const headings = (page: Page) => table(page).getByRole('columnheader').allInnerTexts();
  const chips = (page: Page) => page.getByRole('list', { name: 'Active filters' });

  /** What is shown in the end: the list is asked anew at every choice. */
  async function expectRows(page: Page, ...ids: string[]): Promise<void> {
    let shown: string[] = [];
    await eventually(`the rows ${ids.join(', ')}`, async () => {
      shown = await links(page);
      return shown.sort().join() === [...ids].sort().join();
    }).catch((error: unknown) => {
      throw new Error(`${error}; shown are ${shown.join(', ')}`);
    });
  }

  async function choose(page: Page, menu: RegExp, name: string): Promise<void> {
    await button(page, menu).click();
    await page.getByRole('checkbox', { name, exact: true }).check();
    await page.keyboard.press('Escape');
  }

  describe('filters', () => {
    it('by days, profile, states, percentage, points and the external id’s beginning', async () => {
      const page = await calls.enter('boss');
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      await page.getByLabel('From', { exact: true }).fill('2026-11-04');
      await expectRows(page, 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      await page.getByLabel('To', { exact: true }).fill('2026-11-06');
      await expectRows(page, 'NORTH-2', 'NORTH-3', 'SOUTH-1');
      await page.getByRole('combobox', { name: 'Quality profile' }).selectOption('Basics');
      await page.getByLabel('Score % from').fill('60');
      await page.getByLabel('Score % from').press('Tab');
      await expectRows(page, 'NORTH-2', 'SOUTH-1');
      await page.getByLabel('Points to').fill('6');
      await page.getByLabel('Points to').press('Tab');
      await expectRows(page, 'NORTH-2');
      await page.getByRole('searchbox', { name: 'External id' }).fill('SOUTH');
      await page.getByText('No interaction matches').waitFor();
      await page.getByRole('searchbox', { name: 'External id' }).fill('NORTH');
      await expectRows(page, 'NORTH-2');
    });

    it('by several states at once', async () => {
      const page = await calls.enter('boss');
      await choose(page, /^Status: All/, 'Failed');
      await page.getByText('No interaction matches').waitFor();
      await choose(page, /^Status: Failed/, 'Completed');
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      expect(new URL(page.url()).search).to.equal('?status=completed,failed');
    });

    it('by any of several values of each field that is marked for filtering, offered from what there is', async () => {
      const page = await calls.enter('boss');
      await button(page, /^Metadata: All/).click();
      const product = page.getByRole('combobox', { name: 'Product' });
      const offered = page.locator('datalist').first().locator('option');
      await eventually('values to choose from', async () => (await offered.count()) === 2);
      await product.fill('phones');
      await product.press('Enter');
      await expectRows(page, 'NORTH-1', 'NORTH-3', 'SOUTH-1');
      await product.fill('tablets');
      await button(page, 'Add the value of Product').click();
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      await page.getByRole('combobox', { name: 'Team' }).fill('south');
      await page.getByRole('combobox', { name: 'Team' }).press('Enter');
      await expectRows(page, 'SOUTH-1', 'SOUTH-2');
      await button(page, 'Take away Product: phones').click();
      await expectRows(page, 'SOUTH-2');
    });

    it('says of a field how far it is prepared, and filters by it all the same', async () => {
      const page = await calls.enter('boss');
      await page.route('**/trpc/analyses.fields*', async (route) => {
        const response = await route.fetch();
        const text = await response.text();
        await route.fulfill({ response, body: text.replaceAll('"preparing_percent":null', '"preparing_percent":40') });
      });
      await page.reload();
      await button(page, /^Metadata: All/).click();
      await page.getByText('Being prepared: 40 %').first().waitFor();
      await page.getByRole('combobox', { name: 'Team' }).fill('south');
      await page.getByRole('combobox', { name: 'Team' }).press('Enter');
      await expectRows(page, 'SOUTH-1', 'SOUTH-2');
    });

    it('stand in the address, so that a link shows the same list, and are taken away one by one', async () => {
      const address = '/analyses?min=50&metadata.team_name=north&metadata.product=phones&metadata.product=tablets';
      const page = await calls.enter('boss', address);
      await expectRows(page, 'NORTH-1', 'NORTH-2');
      // The fields' names come later than the filter.
      await button(page, 'Take away: Product “phones” or “tablets”').waitFor();
      expect(await chips(page).getByRole('button').allInnerTexts()).to.deep.equal([
        'Score at least 50 %',
        'Team “north”',
        'Product “phones” or “tablets”',
        'Clear all',
      ]);
      await button(page, 'Take away: Score at least 50 %').click();
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3');
      await button(page, 'Take away: Team “north”').click();
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      await button(page, 'Take away: Product “phones” or “tablets”').click();
      await eventually('a bare address', () => page.url().endsWith('/analyses'));
      await chips(page).waitFor({ state: 'detached' });
    });

    it('keep what is typed as it is typed, and nothing of it once they are cleared', async () => {
      const page = await calls.enter('boss', '/analyses?to=2026-11-30');
      const search = page.getByRole('searchbox', { name: 'External id' });
      await search.fill('NORTH ');
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3');
      expect(await search.inputValue()).to.equal('NORTH ');
      await search.fill('SOUTH');
      await button(page, 'Clear all').click();
      await eventually('an empty search', async () => (await search.inputValue()) === '');
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
    });

    it('say what contradicts itself', async () => {
      const page = await calls.enter('boss', '/analyses?from=2026-11-05&to=2026-11-04');
      await page.getByText('The last day is before the first.').waitFor();
      await page.getByText('No interaction matches').waitFor();
    });

    it('fold on a telephone, and say how many there are', async () => {
      const page = await calls.enter('nora', '/analyses?min=10&metadata.team_name=north', narrow);
      await expectRows(page, 'NORTH-1', 'NORTH-2');
      expect(await page.getByLabel('From', { exact: true }).isVisible()).to.equal(false);
      await button(page, 'Filters (2)').click();
      await page.getByLabel('From', { exact: true }).waitFor();
      expect(await stickingOut(page)).to.deep.equal([]);
      await button(page, 'Filters (2)').click();
      await page.getByLabel('From', { exact: true }).waitFor({ state: 'hidden' });
    });

    it('show each row as a card on a telephone, with every column’s name and nothing to scroll sideways', async () => {
      const page = await calls.enter('ann', '/analyses', narrow);
      await expectRows(page, 'NORTH-1', 'NORTH-2');
      const hidden = () =>
        table(page).evaluate((box: { scrollWidth: number; clientWidth: number }) => box.scrollWidth - box.clientWidth);
      expect(await hidden()).to.equal(0);
      expect(await stickingOut(page)).to.deep.equal([]);
      await button(page, 'Columns').click();
      for (const name of ['Points', 'Points at most', 'Adjusted points', 'Team', 'Product'])
        await page.getByRole('checkbox', { name, exact: true }).check();
      await page.keyboard.press('Escape');
      await table(page).getByRole('columnheader', { name: 'Product', exact: true }).waitFor({ state: 'attached' });
      expect(await hidden()).to.equal(0);
      const row = table(page).getByRole('row', { name: /NORTH-1/ });
      await row.getByRole('cell', { name: 'phones', exact: true }).waitFor();
      await row.getByRole('cell', { name: 'north', exact: true }).click();
      await page.getByRole('heading', { name: 'NORTH-1' }).first().waitFor();
    });

    for (const size of [narrow, frame])
      it(`and the menus beside them fit into ${size.width} × ${size.height}`, async () => {
        const page = await calls.enter('nora', '/analyses?min=10&status=completed', size);
        await expectRows(page, 'NORTH-1', 'NORTH-2');
        for (const menu of ['Columns', 'Saved filters']) {
          await button(page, menu).click();
          expect(await stickingOut(page), menu).to.deep.equal([]);
          await page.keyboard.press('Escape');
        }
        await button(page, 'Saved filters').click();
        await button(page, 'Save the present filter').click();
        await page.getByLabel('Name', { exact: true }).waitFor();
        expect(await stickingOut(page)).to.deep.equal([]);
      });
  });

  describe('columns', () => {
    it('are chosen and ordered, metadata too, and are there again after a reload, for that user alone', async () => {
      const page = await calls.enter('boss');
      await expectRows(page, 'NORTH-1', 'NORTH-2', 'NORTH-3', 'SOUTH-1', 'SOUTH-2');
      const before = await headings(page);
      await button(page, 'Columns').click();
      await page.getByRole('checkbox', { name: 'Channel', exact: true }).uncheck();
      await page.getByRole('checkbox', { name: 'Team', exact: true }).check();
      // The last of the choices is stored when no other is under way.
      const remembered = page.waitForResponse((response) =>
        /"duration_seconds","interaction_start_time"/.test(response.request().postData() ?? ''),
      );
      await button(page, 'Move up Length').focus();
      await page.keyboard.press('Enter');
      await remembered;
      // It is the first now: what can still be done with it has the focus.
      await page.getByRole('button', { name: 'Move down Length', exact: true }).and(page.locator(':focus')).waitFor();
      const wanted = ['Interaction', 'Length', 'Time', 'Agent', 'Quality profile', 'Status', 'Score', 'Team'];
      await eventually('the columns', async () => (await headings(page)).join() === wanted.join());
      await page.reload();
      await table(page).getByRole('columnheader', { name: 'Team', exact: true }).waitFor();
      expect(await headings(page)).to.deep.equal(wanted);
      expect(
        await table(page)
          .getByRole('row', { name: /SOUTH-1/ })
          .innerText(),
      ).to.match(/south$/);
      const theirs = await calls.enter('nora');
      await table(theirs).waitFor();
      expect(await headings(theirs)).to.deep.equal(before);
    });

    it('says that the columns of one’s own could not be loaded, and tries again', async () => {
      const page = await calls.enter('boss', '/exports');
      const error = { message: 'Not now.', code: -32603, data: { code: 'internal' } };
      await page.route('**/trpc/preferences.get*', (route) => route.fulfill({ json: { error } }));
      await page.getByRole('link', { name: 'Analysis List', exact: true }).click();
      await page.getByText('Your columns could not be loaded').waitFor();
      await table(page).getByRole('columnheader', { name: 'Channel', exact: true }).waitFor();
      await page.unroute('**/trpc/preferences.get*');
      await button(page, 'Try again').click();
      await page.getByText('Your columns could not be loaded').waitFor({ state: 'detached' });
      await table(page).getByRole('columnheader', { name: 'Team', exact: true }).waitFor();
    });
  });

  describe('saved filters', () => {
    it('shared by a supervisor are seen by an agent, and give him his rows alone', async () => {
      const page = await calls.enter('nora', '/analyses?min=50');
      await expectRows(page, 'NORTH-1', 'NORTH-2');
      await button(page, /^Saved filters/).click();
      await button(page, 'Save the present filter').click();
      await button(page, 'Save').click();
      await page.getByText('Give it a name.').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('Good ones');
      await page.getByRole('checkbox').check();
      await button(page, 'Save').click();
      await button(page, 'Saved filters: Good ones').waitFor();

      const agent = await calls.enter('ann');
      await expectRows(agent, 'NORTH-1', 'NORTH-2');
      const everybody = await calls.enter('boss');
      await button(everybody, /^Saved filters/).click();
      await button(everybody, 'Apply Good ones').click();
      await expectRows(everybody, 'NORTH-1', 'NORTH-2', 'SOUTH-1');
      await button(agent, /^Saved filters/).click();
      await agent.getByText(/shared by nora@calls\.example/).waitFor();
      expect(await button(agent, 'Edit Good ones').count()).to.equal(0);
      expect(await button(agent, 'Delete Good ones').count()).to.equal(0);
      await button(agent, 'Apply Good ones').click();
      await chips(agent).getByText('Score at least 50 %').waitFor();
      await expectRows(agent, 'NORTH-1', 'NORTH-2');
    });

    it('are renamed, given another filter, and deleted by their owner', async () => {
      const page = await calls.enter('ann', '/analyses?search=NORTH-2');
      await button(page, /^Saved filters/).click();
      await button(page, 'Save the present filter').click();
      await page.getByLabel('Name', { exact: true }).fill('Mine');
      expect(await page.locator('cqa-saved-filter-dialog').getByRole('checkbox').count()).to.equal(0);
      await button(page, 'Save').click();
      await button(page, 'Saved filters: Mine').waitFor();
      await page.getByRole('searchbox', { name: 'External id' }).fill('NORTH-1');
      await expectRows(page, 'NORTH-1');
      await button(page, /^Saved filters/).click();
      await button(page, 'Edit Mine').click();
      await page.getByLabel('Name', { exact: true }).fill('The first');
      await page.getByRole('checkbox', { name: /present filter/ }).check();
      await button(page, 'Save').click();
      await button(page, 'Saved filters: The first').waitFor();
      await page.goto(`${calls.product.url}/analyses`);
      await expectRows(page, 'NORTH-1', 'NORTH-2');
      await button(page, /^Saved filters/).click();
      await button(page, 'Apply The first').click();
      await expectRows(page, 'NORTH-1');
      await button(page, /^Saved filters/).click();
      await button(page, 'Delete The first').click();
      await page.getByText('Only you have it').waitFor();
      expect(await stickingOut(page)).to.deep.equal([]);
      await button(page, 'Keep it').click();
      await button(page, /^Saved filters/).click();
      await button(page, 'Delete The first').click();
      await button(page, 'Delete').click();
      await page.getByText('The first is deleted.').waitFor();
      await button(page, /^Saved filters/).click();
      await button(page, 'Apply Good ones').waitFor();
      await button(page, 'Apply The first').waitFor({ state: 'detached' });
    });

    it('show in the form what they hold, also where it was chosen there before', async () => {
      const page = await calls.enter('boss');
      const chosen = page.getByRole('combobox', { name: 'Quality profile' });
      await chosen.selectOption('Basics');
      const basics = await chosen.inputValue();
      await button(page, /^Saved filters/).click();
      await button(page, 'Save the present filter').click();
      await page.getByLabel('Name', { exact: true }).fill('By profile');
      await button(page, 'Save').click();
      await button(page, 'Saved filters: By profile').waitFor();
      await button(page, 'Take away: Quality profile Basics').click();
      await eventually('no profile', async () => (await chosen.inputValue()) === '');
      await button(page, /^Saved filters/).click();
      await button(page, 'Apply By profile').click();
      await chips(page).getByText('Quality profile Basics').waitFor();
      expect(await chosen.inputValue()).to.equal(basics);
    });

    it('that are shared can be ended by an owner who is an agent by now', async () => {
      const page = await calls.enter('nora');
      await page.route('**/trpc/session.me*', async (route) => {
        const response = await route.fetch();
        const text = await response.text();
        await route.fulfill({ response, body: text.replaceAll('"role":"supervisor"', '"role":"agent"') });
      });
      await page.reload();
      await button(page, /^Saved filters/).click();
      await button(page, 'Edit Good ones').click();
      expect(await page.getByRole('checkbox', { name: /Share it/ }).isEnabled()).to.equal(true);
    });

    it('that are shared are ended by their owner, and deleted by an admin', async () => {
      const page = await calls.enter('boss');
      await button(page, /^Saved filters/).click();
      await button(page, 'Edit Good ones').click();
      expect(await page.getByRole('checkbox', { name: /Share it/ }).isDisabled()).to.equal(true);
      await button(page, 'Cancel').click();
      await button(page, /^Saved filters/).click();
      await button(page, 'Delete Good ones').click();
      await page
        .getByText(
          'It belongs to nora@calls.example: it is gone for nora@calls.example, for you and for everybody else',
        )
        .waitFor();
      await button(page, 'Delete').click();
      await page.getByText('Good ones is deleted.').waitFor();
    });
  });
});
