import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../harness/eventually.ts';
import { widgetModule } from '../source.ts';

interface Grant {
  token: string;
  expires_in_ms: number;
}

/** The session as it is used here; its own types know a browser's, which these tests are compiled without. */
interface Session {
  state: string;
  token: string | undefined;
  accept(grant: Grant): void;
  forget(): void;
  stop(): void;
  fetch(input: string): Promise<{ status: number }>;
  replace(dead?: string): Promise<void>;
  atSignOut(end: () => void): () => void;
}
type SessionType = new (renewal: () => Promise<Grant | undefined>, onState: (state: string) => void) => Session;

const { Session } = await widgetModule<{ Session: SessionType }>('api/session.ts');

const hour = 3_600_000;

/** A signed-in session, whose renewals are answered by hand. */
function signedIn() {
  const states: string[] = [];
  const answers: ((grant: Grant | undefined) => void)[] = [];
  const session = new Session(
    () => new Promise((resolve) => answers.push(resolve)),
    (state) => states.push(state),
  );
  session.accept({ token: 'first', expires_in_ms: hour });
  return { session, states, answers };
}

const outcome = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'goes on',
    () => 'is refused',
  );

describe('a session that somebody has signed out of', () => {
  it('gives no request another token, and stays signed out', async () => {
    const { session, states, answers } = signedIn();
    session.forget();
    expect(await outcome(session.replace('first'))).to.equal('is refused');
    expect(answers).to.deep.equal([]);
    expect(states).to.deep.equal(['signed-in', 'signed-out']);
  });

  for (const [what, grant] of [
    ['comes', { token: 'late', expires_in_ms: hour }],
    ['does not come', undefined],
  ] as const)
    it(`stays signed out where the token that was asked for before ${what}`, async () => {
      const { session, states, answers } = signedIn();
      const replaced = outcome(session.replace('first'));
      session.forget();
      answers[0]?.(grant);
      expect(await replaced).to.equal('is refused');
      expect(states).to.deep.equal(['signed-in', 'signed-out']);
      expect(session.token).to.equal(undefined);
    });

  it('lets nothing that waited go on with the token of who comes next', async () => {
    const { session, answers } = signedIn();
    const replaced = outcome(session.replace('first'));
    answers[0]?.(undefined);
    while (session.state !== 'ended') await Promise.resolve();
    session.forget();
    session.accept({ token: 'another’s', expires_in_ms: hour });
    expect(await replaced).to.equal('is refused');
  });

  it('sends no request again in the name of who comes next', async () => {
    const sent: (string | undefined)[] = [];
    const held: ServerResponse[] = [];
    const server = createServer(({ headers }, answer) => {
      sent.push(headers.authorization);
      held.push(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // As in a browser; it is taken away again below.
    Reflect.set(globalThis, 'window', globalThis);
    try {
      const { session } = signedIn();
      const answered = session.fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await eventually('the request has come', () => held.length === 1);
      session.forget();
      session.accept({ token: 'second', expires_in_ms: hour });
      held[0]?.writeHead(401).end();
      expect((await answered).status).to.equal(401);
      expect(sent).to.deep.equal(['Bearer first']);
    } finally {
      Reflect.deleteProperty(globalThis, 'window');
      server.closeAllConnections();
      server.close();
    }
  });

  it('ends what goes on besides the pages, once', () => {
    const { session } = signedIn();
    const ended: string[] = [];
    session.atSignOut(() => ended.push('first'));
    session.atSignOut(() => ended.push('taken back'))();
    session.forget();
    session.forget();
    expect(ended).to.deep.equal(['first']);
  });
});

describe('a session whose time is nearly over', () => {
  it('asks for the next token every quarter of a minute and no more often', () => {
    const waits: (number | undefined)[] = [];
    const { setTimeout: real } = globalThis;
    globalThis.setTimeout = ((_: () => void, ms?: number) => waits.push(ms)) as unknown as typeof setTimeout;
    try {
      const { session } = signedIn();
      session.accept({ token: 'short', expires_in_ms: 30_000 });
      session.accept({ token: 'shorter', expires_in_ms: 1000 });
    } finally {
      globalThis.setTimeout = real;
    }
    expect(waits.slice(1)).to.deep.equal([15_000, 15_000]);
  });
});
