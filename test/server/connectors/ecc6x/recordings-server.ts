import type { IncomingMessage } from 'node:http';
import { type FileServer, startFileServer } from '../../../harness/file-server.ts';
import { wavHeader } from '../../../harness/wav.ts';

export const token = 'bearer-token-for-recordings';

/** What is answered for a path; by default nothing is there. */
export interface Served {
  status?: number;
  type?: string;
  location?: string;
  body?: string | Buffer;
}

/** A server of recordings that gives nothing away without its token, and remembers who asked for what. */
export interface RecordingsServer extends FileServer {
  /** `/path` → what is there. */
  files: Map<string, Served>;
  requests: { path: string; authorization: string | undefined }[];
  /** Whether the token is asked for. */
  isOpen: boolean;
}

export const audio = Buffer.concat([wavHeader(16_044), Buffer.alloc(16_000, 1)]);

export async function startRecordings(): Promise<RecordingsServer> {
  const files = new Map<string, Served>();
  const requests: RecordingsServer['requests'] = [];
  const state = { isOpen: false };
  const server = await startFileServer((request, response) => {
    const path = request.url ?? '';
    const { authorization } = request.headers;
    requests.push({ path, authorization });
    const {
      status = 200,
      type,
      location,
      body = '',
    } = state.isOpen || isKnown(request) ? answerTo(files, path) : refusal;
    response.writeHead(status, { ...(type ? { 'content-type': type } : {}), ...(location ? { location } : {}) });
    response.end(body);
  });
  return {
    ...{ ...server, files, requests },
    get isOpen() {
      return state.isOpen;
    },
    set isOpen(isOpen) {
      state.isOpen = isOpen;
    },
  };
}

function isKnown({ headers }: IncomingMessage): boolean {
  return headers.authorization === `Bearer ${token}`;
}

const refusal: Served = { status: 401, type: 'application/json', body: '{"http_code":401}' };

function answerTo(files: ReadonlyMap<string, Served>, path: string): Served {
  return files.get(path) ?? { status: 404, type: 'application/json', body: '{"http_code":404}' };
}
