import type { S3Client } from '@aws-sdk/client-s3';
import { stopped } from '../security/bounded-body.ts';
import type { Egress } from '../security/egress.ts';
import { loadSdk, openS3Client, type S3Commands } from './client.ts';
import { DirectGets } from './direct-gets.ts';
import { type Asked, s3Failure } from './failure.ts';
import { guardedAgents, unanswered } from './guarded-agents.ts';
import type { BucketConfig } from './place.ts';
import { GetSigner } from './signature.ts';

/** A bucket with the keys that its requests are signed with. */
export interface KeyedBucketConfig extends BucketConfig {
  secret_key: string;
  /** Of temporary credentials. */
  session_token?: string | undefined;
}

/** Who opens a bucket. */
export interface BucketContext {
  /** Every connection passes it. */
  egress: Egress;
  /** Ends whatever is under way. */
  signal: AbortSignal;
}

export interface BucketOptions {
  /** How long the server may stay silent, at any time. */
  timeoutMs?: number;
}

export const defaultTimeoutMs = 30_000;
/** Bodies that flow at the same time. */
export const readsAtOnce = 16;
/** For what goes through the SDK, which may be every one of these bodies. */
const connections = readsAtOnce + 4;
/** So long a clean-up may take once everything was told to stop, and what must not be cut off before it: both within a cancel. */
const cleanUpMs = 1_750;
/** What a request sends, or lets the server copy, is given the time that it takes at this pace. */
const leastBytesPerSecond = 64 * 1024;

/** What a request is made of. */
export interface Tools {
  client: S3Client;
  sdk: S3Commands;
  /** Goes into every command. */
  place: { Bucket: string; RequestPayer: 'requester' | undefined };
  options: { abortSignal: AbortSignal };
}

/** One bucket by one's credentials. Every call ends: by an answer, the context's signal, or the time-out. */
export class Bucket<Config extends BucketConfig = BucketConfig> implements AsyncDisposable {
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Undefined where all goes through the SDK. */
  readonly direct: DirectGets | undefined;
  readonly #tools: Omit<Tools, 'options'>;

  private constructor(
    facts: Pick<Bucket<Config>, 'config' | 'signal' | 'timeoutMs' | 'direct'>,
    tools: Omit<Tools, 'options'>,
  ) {
    this.config = facts.config;
    this.signal = facts.signal;
    this.timeoutMs = facts.timeoutMs;
    this.direct = facts.direct;
    this.#tools = tools;
  }

  /** Sends nothing yet. */
  static async open<Config extends KeyedBucketConfig>(
    config: Config,
    { egress, signal }: BucketContext,
    { timeoutMs = defaultTimeoutMs }: BucketOptions = {},
  ): Promise<Bucket<Config>> {
    const sdk = await loadSdk();
    const agents = guardedAgents({ egress, sockets: connections, connectTimeoutMs: timeoutMs });
    const client = await openS3Client(accessOf(config), agents);
    const direct = new DirectGets({ ...directOf(config, client), egress, timeoutMs });
    return new Bucket({ config, signal, timeoutMs, direct }, { client, sdk, place: placeOf(config) });
  }

  /** By a client whose credentials are its own business; it is closed with the bucket. */
  static async through(
    client: S3Client,
    config: BucketConfig,
    { signal, timeoutMs = defaultTimeoutMs }: BucketOptions & { signal: AbortSignal },
  ): Promise<Bucket> {
    const sdk = await loadSdk();
    return new Bucket({ config, signal, timeoutMs, direct: undefined }, { client, sdk, place: placeOf(config) });
  }

  /** Sends one request. `bytes` is how much it sends or lets the server copy. Throws what s3Failure() makes of errors. */
  async call<T>(asked: Asked, act: (tools: Tools) => Promise<T>, bytes = 0): Promise<T> {
    return await this.#send(asked, act, { bytes, graceMs: 0 });
  }

  /** The same for what would leave something behind if it were cut off: told to stop, it still gets a moment to end. */
  async callToEnd<T>(asked: Asked, act: (tools: Tools) => Promise<T>): Promise<T> {
    return await this.#send(asked, act, { bytes: 0, graceMs: cleanUpMs });
  }

  /** Sends what removes the traces of something unfinished, also when everything was told to stop; it ends soon then. */
  async cleanUp(asked: Asked, act: (tools: Tools) => Promise<unknown>): Promise<void> {
    if (!this.signal.aborted) return void (await this.callToEnd(asked, act));
    await act({ ...this.#tools, options: { abortSignal: AbortSignal.timeout(cleanUpMs) } });
  }

  async #send<T>(
    asked: Asked,
    act: (tools: Tools) => Promise<T>,
    { bytes, graceMs }: { bytes: number; graceMs: number },
  ): Promise<T> {
    if (this.signal.aborted) throw stopped();
    const ending = new AbortController();
    const stop = () => ending.abort();
    let grace: NodeJS.Timeout | undefined;
    const stopSoon = () => {
      if (graceMs === 0) stop();
      else grace = setTimeout(stop, graceMs);
    };
    this.signal.addEventListener('abort', stopSoon);
    const timer = setTimeout(stop, this.timeoutMs + (bytes / leastBytesPerSecond) * 1000);
    try {
      return await act({ ...this.#tools, options: { abortSignal: ending.signal } });
    } catch (thrown) {
      if (this.signal.aborted) throw stopped();
      if (ending.signal.aborted) throw unanswered(hostOf(this.config), this.timeoutMs);
      throw s3Failure(thrown, this.config, asked);
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      this.signal.removeEventListener('abort', stopSoon);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.direct?.end();
    this.#tools.client.destroy();
  }
}

function placeOf({ bucket, requester_pays }: BucketConfig): Tools['place'] {
  return { Bucket: bucket, RequestPayer: requester_pays ? 'requester' : undefined };
}

function accessOf(config: KeyedBucketConfig) {
  const { region, endpoint, path_style, access_key, secret_key, session_token } = config;
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: path_style }),
    credentials: {
      accessKeyId: access_key,
      secretAccessKey: secret_key,
      ...(session_token === undefined ? {} : { sessionToken: session_token }),
    },
  };
}

function directOf(config: KeyedBucketConfig, client: S3Client) {
  const { access_key, secret_key, session_token, requester_pays } = config;
  const { url, region } = addressOf(config, client);
  const keys = { accessKeyId: access_key, secretAccessKey: secret_key, sessionToken: session_token };
  const headers: Record<string, string> = requester_pays ? { 'x-amz-request-payer': 'requester' } : {};
  return { base: url, signer: new GetSigner(keys, region), headers };
}

/** The SDK knows where each bucket's objects lie, and for which region requests are signed there. */
export function addressOf(
  { bucket, region, endpoint, path_style }: BucketConfig,
  client: S3Client,
): { url: URL; region: string } {
  const { url, properties } = client.config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ...(endpoint === undefined ? {} : { Endpoint: endpoint, ForcePathStyle: path_style }),
  });
  const [scheme] = (properties?.authSchemes ?? []) as { signingRegion?: string }[];
  return { url, region: scheme?.signingRegion ?? region };
}

/** Whom to speak of when nobody answers. */
function hostOf({ endpoint, bucket, region }: BucketConfig): string {
  return endpoint === undefined ? `${bucket}.s3.${region}.amazonaws.com` : new URL(endpoint).host;
}
