import type { Me } from '../api/types.ts';
import type { IconName } from '../parts/icon.ts';
import type { PageName } from './routes.ts';

export interface NavigationItem {
  page: PageName;
  address: string;
  title: string;
  icon: IconName;
}

export interface NavigationSection {
  /** Not shown of a section that is one page. */
  title?: string;
  items: NavigationItem[];
}

const overview: NavigationSection = {
  items: [{ page: 'overview', address: '/', title: 'Overview', icon: 'home' }],
};

const analysis: NavigationSection = {
  title: 'Analysis',
  items: [{ page: 'analyses', address: '/analyses', title: 'Analysis List', icon: 'wave' }],
};

const dataIntegration: NavigationSection = {
  title: 'Data Integration',
  items: [
    { page: 'data-import', address: '/data-import', title: 'Data Import', icon: 'import' },
    { page: 'data-export', address: '/data-export', title: 'Data Export', icon: 'export' },
    { page: 'inbox', address: '/inbox', title: 'Inbox', icon: 'server' },
    { page: 'api-access', address: '/api-access', title: 'API Access', icon: 'key' },
  ],
};

const automation: NavigationSection = {
  title: 'Automation',
  items: [
    { page: 'jobs', address: '/jobs', title: 'Jobs & Pipelines', icon: 'jobs' },
    { page: 'executions', address: '/executions', title: 'Execution History', icon: 'history' },
    { page: 'rejected-rows', address: '/rejected-rows', title: 'Rejected Rows', icon: 'warning' },
    { page: 'alerts', address: '/alerts', title: 'Alerts', icon: 'bell' },
  ],
};

const settings: NavigationSection = {
  title: 'Settings',
  items: [
    { page: 'users', address: '/settings/users', title: 'Users', icon: 'users' },
    { page: 'settings', address: '/settings/alerts', title: 'Alert Settings', icon: 'edit' },
  ],
};

const campaigns: NavigationItem = { page: 'campaigns', address: '/campaigns', title: 'Campaigns', icon: 'campaign' };

/**
 * Agents have the analyses alone, supervisors their campaigns too; an admin whose console is off sees the sections and
 * whom to ask, but no overview.
 */
export function sectionsFor(me: Me): NavigationSection[] {
  if (me.user.role === 'agent') return [analysis];
  const wide = { ...analysis, items: [...analysis.items, campaigns] };
  if (me.user.role !== 'admin') return [wide];
  const integration = [wide, dataIntegration, automation, settings];
  return me.console === 'open' ? [overview, ...integration] : integration;
}

const detailOf: Partial<Record<PageName, PageName>> = {
  exports: 'analyses',
  interaction: 'analyses',
  campaign: 'campaigns',
  execution: 'executions',
};

/** The console opens with the overview; who has none gets the Analysis List in its place. */
export function pageFor(page: PageName, me: Me): PageName {
  return page === 'overview' && me.console !== 'open' ? 'analyses' : page;
}

/** The entry of the sidebar that a page belongs to. */
export function entryOf(page: PageName): PageName {
  return detailOf[page] ?? page;
}

const titles: Record<PageName, string> = {
  overview: 'Overview',
  analyses: 'Analysis List',
  exports: 'Your Exports',
  interaction: 'Interaction',
  campaigns: 'Campaigns',
  campaign: 'Campaign',
  'data-import': 'Data Import',
  'data-export': 'Data Export',
  inbox: 'Inbox',
  'api-access': 'API Access',
  jobs: 'Jobs & Pipelines',
  executions: 'Execution History',
  execution: 'Execution',
  'rejected-rows': 'Rejected Rows',
  alerts: 'Alerts',
  settings: 'Alert Settings',
  users: 'Users',
  'my-account': 'My account',
  verify: 'Your address',
  invitation: 'Sign-in link',
  missing: 'Not found',
};

export function pageTitle(page: PageName): string {
  return titles[page];
}

const open: readonly PageName[] = [
  'analyses',
  'exports',
  'interaction',
  'campaigns',
  'campaign',
  'users',
  'my-account',
  'verify',
  'invitation',
  'missing',
];

/** Pages of Data Integration and Automation: for admins whose account has the console. */
export function needsConsole(page: PageName): boolean {
  return !open.includes(page);
}
