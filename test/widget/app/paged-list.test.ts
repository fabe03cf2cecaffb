import { expect } from 'chai';
import { widgetModule } from '../source.ts';

interface Page {
  rows: string[];
  next_cursor: string | null;
}

/** The list as it is used here; its own types know a browser's, which these tests are compiled without. */
interface PagedList {
  first: { load(): Promise<void>; isLoading: boolean };
  rows: string[] | undefined;
  hasMore: boolean;
  problem: unknown;
  clear(): void;
  loadMore(): Promise<void>;
}
type PagedListType = new (host: object, read: () => Promise<Page>, idOf: (row: string) => string) => PagedList;

const { PagedList } = await widgetModule<{ PagedList: PagedListType }>('app/paged-list.ts');

/** An element as far as a list needs one: without a document. */
const host = {
  addController: () => undefined,
  removeController: () => undefined,
  requestUpdate: () => undefined,
  updateComplete: Promise.resolve(true),
};

/** A list whose answers are given by hand, in the order of the questions. */
function listByHand() {
  const answers: ((page: Page) => void)[] = [];
  const refusals: ((error: Error) => void)[] = [];
  const list = new PagedList(
    host,
    () =>
      new Promise<Page>((resolve, reject) => {
        answers.push(resolve);
        refusals.push(reject);
      }),
    (row) => row,
  );
  return { list, answers, refusals };
}

describe('a list that is read page by page', () => {
  it('begins with its first page when it starts over while a further page is under way', async () => {
    const { list, answers } = listByHand();
    const first = list.first.load();
    answers[0]?.({ rows: ['a'], next_cursor: '1' });
    await first;
    const more = list.loadMore();
    list.clear();
    const again = list.first.load();
    answers[2]?.({ rows: ['x'], next_cursor: '1' });
    answers[1]?.({ rows: ['b'], next_cursor: null });
    await Promise.all([more, again]);
    expect(list.rows).to.deep.equal(['x']);
    expect(list.hasMore).to.equal(true);
  });

  it('says nothing of a further page that failed after the list had started over', async () => {
    const { list, answers, refusals } = listByHand();
    const first = list.first.load();
    answers[0]?.({ rows: ['a'], next_cursor: '1' });
    await first;
    const more = list.loadMore();
    list.clear();
    refusals[1]?.(new Error('the connection ended'));
    await more;
    expect(list.problem).to.equal(undefined);
  });

  it('says nothing of a further page that failed before the list started over', async () => {
    const { list, answers, refusals } = listByHand();
    const first = list.first.load();
    answers[0]?.({ rows: ['a'], next_cursor: '1' });
    await first;
    const more = list.loadMore();
    refusals[1]?.(new Error('the connection ended'));
    await more;
    expect(list.problem).to.be.an('object');
    list.clear();
    expect(list.problem).to.equal(undefined);
  });

  it('waits for no answer to what was asked before it was cleared', async () => {
    const { list, answers } = listByHand();
    const first = list.first.load();
    list.clear();
    expect(list.first.isLoading).to.equal(false);
    answers[0]?.({ rows: ['a'], next_cursor: null });
    await first;
    expect(list.rows).to.equal(undefined);
  });

  /** A list whose first page holds c and b, and whose second, already shown, holds a. */
  async function listOfTwoPages() {
    const { list, answers } = listByHand();
    const first = list.first.load();
    answers[0]?.({ rows: ['c', 'b'], next_cursor: 'b' });
    await first;
    const more = list.loadMore();
    answers[1]?.({ rows: ['a'], next_cursor: null });
    await more;
    expect(list.rows).to.deep.equal(['c', 'b', 'a']);
    const readAgain = async (page: Page) => {
      const again = list.first.load();
      answers.at(-1)?.(page);
      await again;
    };
    return { list, readAgain };
  }

  it('keeps what newer rows push off its first page', async () => {
    const { list, readAgain } = await listOfTwoPages();
    await readAgain({ rows: ['d', 'c'], next_cursor: 'c' });
    expect(list.rows).to.deep.equal(['d', 'c', 'b', 'a']);
    await readAgain({ rows: ['e', 'd'], next_cursor: 'd' });
    expect(list.rows).to.deep.equal(['e', 'd', 'c', 'b', 'a']);
  });

  it('drops what is in the list no more', async () => {
    const { list, readAgain } = await listOfTwoPages();
    await readAgain({ rows: ['c', 'a'], next_cursor: 'a' });
    expect(list.rows).to.deep.equal(['c', 'a']);
    await readAgain({ rows: ['c'], next_cursor: null });
    expect(list.rows).to.deep.equal(['c']);
    expect(list.hasMore).to.equal(false);
  });

  it('leaves no gap where more came than a page holds', async () => {
    const { list, readAgain } = await listOfTwoPages();
    await readAgain({ rows: ['g', 'f'], next_cursor: 'f' });
    expect(list.rows).to.deep.equal(['g', 'f']);
    expect(list.hasMore).to.equal(true);
  });

  it('leaves no gap where more came than a page holds while a further page was under way', async () => {
    const { list, answers } = listByHand();
    const first = list.first.load();
    answers[0]?.({ rows: ['c', 'b'], next_cursor: 'b' });
    await first;
    const more = list.loadMore();
    const again = list.first.load();
    answers[2]?.({ rows: ['g', 'f'], next_cursor: 'f' });
    await again;
    expect(list.rows).to.deep.equal(['g', 'f']);
    answers[1]?.({ rows: ['a'], next_cursor: null });
    await more;
    expect(list.rows).to.deep.equal(['g', 'f']);
    expect(list.hasMore).to.equal(true);
  });
});
