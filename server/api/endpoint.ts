import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Scope } from '../../shared/api-key.ts';
import type { Account } from '../accounts/account.ts';
import type { Receiver } from '../pipeline/receive/receive.ts';
import type { Services } from '../services.ts';
import type { ApiCode } from './codes.ts';

/** Which of the account's allowances a call is counted against. */
export type Allowance = 'ingest' | 'read' | 'results';

/** What one authenticated call brings to its endpoint; params, query and body as their schemas give them. */
export interface ApiCall<Params = unknown, Query = unknown, Body = unknown> {
  services: Services;
  /** One for the whole program, so that what comes at the same time is committed together. */
  receiver: Receiver;
  account: Account;
  requestId: string;
  params: Params;
  query: Query;
  body: Body;
  /** For uploads and downloads alone. */
  request: Request;
  response: Response;
  /** Asks the workers to look for work now. */
  wake(): void;
  /**
   * The call takes the place of one with the same Idempotency-Key that began then and never ended, because its server
   * died: what is there since then may be its work.
   */
  resumedFrom?: Date;
}

export interface Answer<Data> {
  message?: string;
  data: Data;
}

interface Head {
  method: 'get' | 'post';
  /** Under `/cqa/api/v1/accounts/{account_id}`, or from the root where it begins with `//`. */
  path: string;
  operationId: string;
  tag: 'Ingress' | 'Analyses' | 'Reports' | 'Configuration';
  summary: string;
  description?: string;
  scope: Scope;
  allowance: Allowance;
  /** Beside those that every endpoint has. */
  errors: ApiCode[];
}

export interface EndpointFacts<Params, Query, Body, Data> extends Head {
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  /** A JSON body. Endpoints that take no JSON say what they take in `upload`. */
  body?: z.ZodType<Body>;
  /** How large a JSON body may be, after inflating; 512 KiB where nothing is said. */
  bodyBytesMost?: number;
  /** A multipart body, which the endpoint reads itself from `request`; the schema is for the document. */
  upload?: z.ZodType;
  answer: {
    status: 200 | 201 | 202;
    description: string;
    /** The envelope's `data`. */
    data?: z.ZodType<Data>;
    /** A file instead of an envelope: its media type. The endpoint writes the response itself and gives `undefined`. */
    file?: string;
  };
  handle(call: ApiCall<Params, Query, Body>): Promise<Answer<Data> | undefined>;
}

/** An endpoint whose types are forgotten, as the router and the document hold it. */
// biome-ignore lint/suspicious/noExplicitAny: a list of endpoints of every type has no other name for theirs
export type Endpoint = EndpointFacts<any, any, any, any>;

/** Lets the schemas give the handler its types. The document is made from the same schemas. */
export function endpoint<Params, Query, Body, Data>(facts: EndpointFacts<Params, Query, Body, Data>): Endpoint {
  return facts;
}
