import type { IncomingMessage, ServerResponse } from 'node:http';
import { campaignId, type KnownCalls, legOf } from './known-calls.ts';
import { Refusal } from './refusal.ts';

export const userId = 'cqa_supervisor';
export const password = 'password-of-ecc';
export const hashKey = 'a0b1c2d3e4';
export const requestingHost = 'cqa.example.com';

/** Both voice-log APIs and the archiver, as strict as the real ones, and as misleading about status 200. */
export class VoiceLogServer {
  readonly audio = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0'), Buffer.alloc(3000, 7)]);
  /** Legs whose recordings the archiver has. */
  readonly archived = new Set<string>();
  /** The live server has none of these any more. */
  readonly expired = new Set<string>();
  logins = 0;
  readonly #calls: KnownCalls;
  #session: string | undefined;

  constructor(calls: KnownCalls) {
    this.#calls = calls;
  }

  endSession(): void {
    this.#session = undefined;
  }

  /** False for what belongs to neither. */
  async answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<boolean> {
    const what = `${request.method} ${url.pathname}`;
    if (what === 'POST /ameyorestapi/session/userLogin') await this.#login(request, response);
    else if (what === 'GET /ameyorestapi/cc/downloadVoiceLog') this.#download(request, url, response);
    else if (what === 'GET /ameyowebaccess/command') this.#command(request, url, response);
    else if (what === 'GET /dacx/download') this.#archive(url, response);
    else return false;
    return true;
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['content-type'] !== 'application/json') throw new Refusal(400, { message: 'no JSON' });
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
    const types = Object.keys(body)
      .sort()
      .map((key) => `${key}:${typeof body[key]}`);
    if (types.join() !== 'forceLogin:boolean,terminalInfo:string,token:string,userId:string')
      throw new Refusal(400, error(400, 'Bad request'));
    if (body.userId !== userId || body.token !== password) throw new Refusal(401, error(401, 'Invalid credentials'));
    if (this.#session && body.forceLogin !== true) throw new Refusal(512, error(512, 'User is already logged in'));
    this.#session = `d1-6904fad1-ses-${userId}-${++this.logins}`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ userId, terminalInfo: body.terminalInfo, sessionId: this.#session }));
  }

  #download(request: IncomingMessage, { searchParams }: URL, response: ServerResponse): void {
    if (!this.#session || request.headers.sessionid !== this.#session)
      throw new Refusal(401, error(401, 'Invalid session Id'));
    const names = ['campaignId', 'crtObjectId', 'targetFormat', 'filters'];
    for (const name of names)
      if (!searchParams.get(name)) throw new Refusal(500, error(500, `Required parameter ${name} is not present`));
    if (searchParams.get('campaignId') !== campaignId) throw new Refusal(512, error(512, 'Campaign is not valid'));
    const id = searchParams.get('crtObjectId') ?? '';
    if (![`{callId:${legOf(id)}}`, '{}'].includes(searchParams.get('filters') ?? ''))
      throw new Refusal(512, error(512, 'Filters do not fit'));
    this.#give(id, response);
  }

  #command({ headers }: IncomingMessage, { searchParams }: URL, response: ServerResponse): void {
    if (headers['hash-key'] !== hashKey) return void response.writeHead(200).end('null');
    if (headers['policy-name'] !== 'token-based-authorization-policy' || headers['requesting-host'] !== requestingHost)
      return void page(response);
    const data = /^\{'crtObjectId':'([^']+)','targetFormat':'(?:mp3|wav)'\}$/.exec(searchParams.get('data') ?? '');
    if (searchParams.get('command') !== 'downloadVoiceLog' || !data?.[1])
      return void response.writeHead(200).end(JSON.stringify({ status: 'error', reason: 'Invalid command' }));
    this.#give(data[1], response);
  }

  #archive({ searchParams }: URL, response: ServerResponse): void {
    const leg = /^dacx:\/\/voicelog-archiver-storage-path\/(.+)$/.exec(searchParams.get('dacxURI') ?? '')?.[1];
    const isAsked = searchParams.get('errorHandle') === 'true' && searchParams.get('mediaType') === 'AUDIO';
    if (!leg || !isAsked || !searchParams.get('fileId')) throw new Refusal(400, error(400, 'Bad request'));
    if (!this.archived.has(leg)) throw new Refusal(404, error(404, 'No such file'));
    response.writeHead(200).end(this.audio);
  }

  /** 200 whatever it is. */
  #give(id: string, response: ServerResponse): void {
    const call = this.#calls.get(id);
    if (!call || this.expired.has(id) || call.recording === 'late') return void response.writeHead(200).end();
    if (call.recording === 'html') return void page(response);
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(this.audio);
  }
}

function error(status: number, message: string): Record<string, unknown> {
  return { message, code: `ecc.${status}`, info: null, status };
}

function page(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!DOCTYPE html><html><body>Please sign in</body></html>');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of request as AsyncIterable<Buffer>) parts.push(bytes);
  return Buffer.concat(parts).toString();
}
