import { AppError } from '../../shared/error.ts';
import type { Endpoint } from './endpoint.ts';

const accountBase = '/cqa/api/v1/accounts/{account_id}';

/** A path of the list of endpoints, from the root. */
export function fullPath({ path }: Pick<Endpoint, 'path'>): string {
  return path.startsWith('//') ? path.slice(1) : `${accountBase}${path}`;
}

export interface Match {
  endpoint: Endpoint;
  /** Decoded; `account_id` is among them where the path has it. */
  params: Record<string, string>;
}

interface Route {
  endpoint: Endpoint;
  segments: string[];
}

export interface Routes {
  /** Whether the path is the API's to answer, be it only with 404. */
  has(path: string): boolean;
  /** Throws `not_found`, or MethodNotAllowed with the methods that there are. */
  find(method: string, path: string): Match;
  /** The methods of a path, for a browser's question before its call; none: there is no such path. */
  methods(path: string): string[];
}

export class MethodNotAllowed extends AppError {
  readonly allow: string;

  constructor(method: string, allow: string[]) {
    super('method_not_allowed', `There is no ${method} at this address. It takes ${allow.join(', ')}.`);
    this.allow = allow.join(', ');
  }
}

export function openRoutes(endpoints: readonly Endpoint[]): Routes {
  // A fixed word goes before a parameter in the same place.
  const routes = endpoints
    .map((endpoint): Route => ({ endpoint, segments: segmentsOf(fullPath(endpoint)) }))
    .sort((a, b) => parameterCount(a) - parameterCount(b));
  const fixed = endpoints.filter(({ path }) => path.startsWith('//')).map(fullPath);
  const bases = ['/cqa/api', ...fixed.map((path) => `/${segmentsOf(path)[0]}`)];
  const ofPath = (segments: string[]) => routes.filter((route) => fits(route, segments));
  return {
    has: (path) => bases.some((base) => path === base || path.startsWith(`${base}/`)) && !isDocument(path),
    find(method, path) {
      const segments = segmentsOf(path);
      const there = ofPath(segments);
      const wanted = method === 'HEAD' ? 'GET' : method;
      const route = there.find(({ endpoint }) => endpoint.method.toUpperCase() === wanted);
      if (route) return { endpoint: route.endpoint, params: paramsOf(route, segments) };
      if (there.length > 0) throw new MethodNotAllowed(method, methodsOf(there));
      throw nothingThere();
    },
    methods: (path) => methodsOf(ofPath(segmentsOf(path))),
  };
}

/** The document and its page are doors of their own. */
function isDocument(path: string): boolean {
  return /^\/cqa\/api\/(openapi\.json|docs(\/.*)?)$/.test(path);
}

function segmentsOf(path: string): string[] {
  const segments = path.split('/').slice(1);
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function parameterCount({ segments }: Route): number {
  return segments.filter(isParameter).length;
}

function fits({ segments }: Route, given: string[]): boolean {
  return (
    segments.length === given.length &&
    segments.every((segment, i) => (isParameter(segment) ? given[i] !== '' : segment === given[i]))
  );
}

function methodsOf(routes: Route[]): string[] {
  const methods = routes.map(({ endpoint }) => endpoint.method.toUpperCase());
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

function paramsOf({ segments }: Route, given: string[]): Record<string, string> {
  const pairs = segments.flatMap((segment, i) =>
    isParameter(segment) ? [[segment.slice(1, -1), decoded(given[i] ?? '')] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError('invalid', 'The address cannot be read: write a % in it as %25.', { cause });
  }
}

function nothingThere(): AppError {
  return new AppError(
    'not_found',
    `There is nothing at this address. Paths begin with ${accountBase}; /cqa/api/docs lists them.`,
  );
}
