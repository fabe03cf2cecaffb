/** The console's addresses, the same standalone (as paths) and in a frame (after the #). */

export type PageName =
  | 'overview'
  | 'analyses'
  | 'exports'
  | 'interaction'
  | 'campaigns'
  | 'campaign'
  | 'data-import'
  | 'data-export'
  | 'inbox'
  | 'api-access'
  | 'jobs'
  | 'executions'
  | 'execution'
  | 'rejected-rows'
  | 'alerts'
  | 'settings'
  | 'users'
  | 'my-account'
  | 'verify'
  | 'invitation'
  | 'missing';

export interface Route {
  page: PageName;
  /** Of the interaction, campaign or execution shown; of settings, which; of a link in a mail, its token. */
  id: string | undefined;
  /** Filters, as the page wrote them. */
  query: URLSearchParams;
}

const pages: Record<string, PageName> = {
  '': 'overview',
  analyses: 'analyses',
  exports: 'exports',
  campaigns: 'campaigns',
  'data-import': 'data-import',
  'data-export': 'data-export',
  inbox: 'inbox',
  'api-access': 'api-access',
  jobs: 'jobs',
  executions: 'executions',
  'rejected-rows': 'rejected-rows',
  alerts: 'alerts',
  'my-account': 'my-account',
};

const detailPages: Record<string, PageName> = {
  interactions: 'interaction',
  campaigns: 'campaign',
  executions: 'execution',
  verify: 'verify',
  invitation: 'invitation',
};

const settingsPages: Record<string, PageName> = {
  alerts: 'settings',
  users: 'users',
};

/** Reads an address such as `/executions/018f…?status=success`. An unknown one is the page `missing`. */
export function parseAddress(address: string): Route {
  const [path = '', search = ''] = address.split('?', 2);
  const query = new URLSearchParams(search);
  const [first = '', second, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'missing', id: undefined, query };
  if (second === undefined) return { page: own(pages, first) ?? 'missing', id: undefined, query };
  const page = first === 'settings' ? own(settingsPages, second) : own(detailPages, first);
  return { page: page ?? 'missing', id: decoded(second), query };
}

function own(table: Record<string, PageName>, key: string): PageName | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A part that is no valid percent-encoding is taken as it stands: it then names nothing, and the page says so. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

/** An address with a query that holds only what is set. */
export function withQuery(path: string, values: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Whether a page's query asks something else than before; a new object of the same words does not. */
export function isOtherQuery(query: URLSearchParams, before: URLSearchParams | undefined): boolean {
  return query.toString() !== before?.toString();
}

/** Only an address inside the console may come from outside (a host page): one slash, no scheme, no host. */
export function isAddress(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2000 && /^\/(?![/\\])/.test(value);
}
