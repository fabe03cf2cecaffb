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
  title: string;
  items: NavigationItem[];
}

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
  ],
};

const campaigns: NavigationItem = { page: 'campaigns', address: '/campaigns', title: 'Campaigns', icon: 'campaign' };

/**
 * Agents have the analyses alone, supervisors their campaigns too; an admin whose console is off sees the sections and
 * whom to ask.
 */
export function sectionsFor(me: Me): NavigationSection[] {
  if (me.user.role === 'agent') return [analysis];
  const wide = { ...analysis, items: [...analysis.items, campaigns] };
  return me.user.role === 'admin' ? [wide, dataIntegration, automation] : [wide];
}

const detailOf: Partial<Record<PageName, PageName>> = {
  interaction: 'analyses',
  campaign: 'campaigns',
  execution: 'executions',
};

/** The entry of the sidebar that a page belongs to. */
export function entryOf(page: PageName): PageName {
  return detailOf[page] ?? page;
}

const titles: Record<PageName, string> = {
  analyses: 'Analysis List',
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
  missing: 'Not found',
};

export function pageTitle(page: PageName): string {
  return titles[page];
}

const open: readonly PageName[] = ['analyses', 'interaction', 'campaigns', 'campaign', 'missing'];

/** Pages of Data Integration and Automation: for admins whose account has the console. */
export function needsConsole(page: PageName): boolean {
  return !open.includes(page);
}
