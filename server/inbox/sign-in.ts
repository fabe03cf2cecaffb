import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuthContext, AuthenticationType, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import { parsePublicKey } from '../connectors/inbox/public-keys.ts';
import { verifyPassword } from '../security/passwords.ts';
import type { Services } from '../services.ts';
import type { Attempts } from './attempts.ts';
import { findLogin, type InboxLogin } from './login.ts';

const methods: AuthenticationType[] = ['publickey', 'password', 'keyboard-interactive'];
const mostAttempts = 6;

export interface SignInDelays {
  /** A wrong password is answered after so long, whatever was wrong about it. */
  wrongPasswordMs: number;
  wrongKeyMs: number;
}

export const signInDelays: SignInDelays = { wrongPasswordMs: 1500, wrongKeyMs: 100 };

export interface Visitor {
  address: string;
  /** Ends the connection. */
  turnAway(reason: string): void;
}

/** The sign-in of one connection. Its answers tell nothing of whether a user name exists. */
export class SignIn {
  /** Who has signed in. */
  login: InboxLogin | undefined;
  readonly #services: Services;
  readonly #attempts: Attempts;
  readonly #visitor: Visitor;
  readonly #delays: SignInDelays;
  #failures = 0;

  constructor(services: Services, attempts: Attempts, visitor: Visitor, delays: SignInDelays = signInDelays) {
    this.#services = services;
    this.#attempts = attempts;
    this.#visitor = visitor;
    this.#delays = delays;
  }

  /** Answers one request of the client. Never throws. */
  async answer(context: AuthContext): Promise<void> {
    try {
      await this.#decide(context);
    } catch (error) {
      this.#services.log.error({ err: error }, 'a sign-in at the inbox could not be decided');
      this.#visitor.turnAway('the sign-in could not be decided');
    }
  }

  async #decide(context: AuthContext): Promise<void> {
    const { username, method } = context;
    if (method === 'none' || method === 'hostbased') return context.reject(methods);
    if (await this.#attempts.isBanned(this.#visitor.address, username)) {
      await delay(this.#delays.wrongPasswordMs);
      return this.#visitor.turnAway('too many wrong sign-ins');
    }
    if (method === 'publickey') return this.#byKey(context as PublicKeyAuthContext);
    const password = method === 'password' ? context.password : await ask(context as KeyboardAuthContext);
    await this.#byPassword(context, password);
  }

  async #byPassword(context: AuthContext, password: string): Promise<void> {
    const answered = delay(this.#delays.wrongPasswordMs);
    const login = await findLogin(this.#services, context.username);
    const isRight = await oneAtATime(() => verifyPassword(password, login?.config.password_hash ?? null));
    if (login && isRight) return this.#accept(context, login);
    const banSeconds = await this.#attempts.countFailure(this.#visitor.address, context.username);
    await answered;
    if (banSeconds > 0) this.#tellBan(banSeconds);
    this.#reject(context);
  }

  /** A client shows its keys first and signs with the one that fits: only a wrong signature is a wrong sign-in. */
  async #byKey(context: PublicKeyAuthContext): Promise<void> {
    const answered = delay(this.#delays.wrongKeyMs);
    const login = await findLogin(this.#services, context.username);
    if (login && isAuthorized(login, context)) {
      if (!context.signature) return context.accept();
      if (isSigned(context)) return this.#accept(context, login);
      await this.#attempts.countFailure(this.#visitor.address, context.username);
    }
    await answered;
    this.#reject(context);
  }

  async #accept(context: AuthContext, login: InboxLogin): Promise<void> {
    this.login = login;
    await this.#attempts.forgive(this.#visitor.address, login.username);
    context.accept();
  }

  #reject(context: AuthContext): void {
    if (++this.#failures >= mostAttempts) this.#visitor.turnAway('too many attempts in one connection');
    else context.reject(methods);
  }

  #tellBan(seconds: number): void {
    const { address } = this.#visitor;
    this.#services.log.warn({ address, seconds }, 'too many wrong sign-ins at the inbox: not let in for a while');
    this.#visitor.turnAway('too many wrong sign-ins');
  }
}

/** Each check takes 32 MB for a moment, so that strangers must not have many of them run at once. */
let lastCheck: Promise<unknown> = Promise.resolve();

function oneAtATime(check: () => Promise<boolean>): Promise<boolean> {
  const mine = lastCheck.then(check, check);
  lastCheck = mine;
  return mine;
}

function isAuthorized({ config }: InboxLogin, { key }: PublicKeyAuthContext): boolean {
  return config.public_keys.some((line) => {
    const known = parsePublicKey(line).getPublicSSH();
    return known.length === key.data.length && timingSafeEqual(known, key.data);
  });
}

/** RSA keys must sign by SHA-2; the other kinds have a hash of their own. */
function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (!blob || !signature) return false;
  const parsed = parsePublicKey(`${keyType(key.algo)} ${key.data.toString('base64')}`);
  if (parsed.type === 'ssh-rsa' && hashAlgo !== 'sha256' && hashAlgo !== 'sha512') return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

function keyType(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

function ask(context: KeyboardAuthContext): Promise<string> {
  return new Promise((resolve) => {
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer = '']) => resolve(answer));
  });
}
