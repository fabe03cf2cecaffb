import { readAccountAlerts } from '../../../db/queries/alert-audience.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../../../server/accounts/api-keys.ts';
import { mailDomains } from '../../../server/accounts/mail-domains.ts';
import { alertsVersion } from '../../../server/alerts/save.ts';
import { campaignVersion, createCampaign, requireCampaign } from '../../../server/campaigns/campaigns.ts';
import { getConnector } from '../../../server/configuration/connectors.ts';
import { getJob } from '../../../server/configuration/jobs.ts';
import { listSavedFilters } from '../../../server/reports/saved-filters.ts';
import { signEmbedToken } from '../../../server/security/embed.ts';
import type { Services } from '../../../server/services.ts';
import { testPassword } from '../../harness/services.ts';
import { type Belongings, importJob, password, sftpConnector } from './belongings.ts';

/** What a procedure's entry may build its inputs from. */
export interface Given {
  services: Services;
  account: { id: number; uid: string };
  adminEmail: string;
  own: Belongings;
}

export interface Entry {
  /** `admin`: whether or not the account's console is on. */
  who: 'anybody' | 'signed in' | 'admin' | 'admin of console';
  /** An input that is right; absent where the procedure takes none. */
  valid?: (given: Given) => unknown;
  /** Inputs that are refused; absent where the procedure takes none. */
  invalid?: readonly unknown[];
  /** The input names something by its id, so with another account's belongings it must find nothing. */
  namesSomething?: true;
  /** What a right call answers, where that is not 200. */
  answers?: number;
}

const byUid = { invalid: [{}, { uid: 'x' }, { uid: 1 }], namesSomething: true } as const;
const byCampaign = { invalid: [{}, { id: 'x' }, { id: 1 }], namesSomething: true } as const;
const byId = { invalid: [{}, { id: 'x' }], namesSomething: true } as const;
const admin = { who: 'admin of console' } as const;
const schedule = { frequency: 'monthly', day: 'last' };
/** Of what was read before it is changed. */
const versioned = ({ uid, version }: { uid: string; version: string }) => ({ uid, version });
const version = 'of nothing that is there';
const newName = (text: string) => `${text} ${Math.random()}`;

/** Makes room: an account has few keys at once, and every call here may make one. */
async function revokeKeys({ services, account }: Given): Promise<void> {
  for (const { uid } of await listApiKeys(services, account.id)) await revokeApiKey(services, account.id, uid);
}

async function aKey(given: Given): Promise<string> {
  await revokeKeys(given);
  return (await createApiKey(given.services, given.account.id, { name: newName('key') }, 'test')).uid;
}

async function savedFilterOf(services: Services, accountId: number, uid: string) {
  const found = (await listSavedFilters(services, accountId, { id: 0, role: 'admin' })).find((one) => one.uid === uid);
  if (!found) throw new Error('there is no such saved filter');
  return found;
}

/** Every procedure of the console. One that is missing here fails the suite. */
export const entries: Record<string, Entry> = {
  'session.signIn': {
    who: 'anybody',
    valid: ({ adminEmail }) => ({ email: adminEmail, password: testPassword }),
    invalid: [{}, { email: 'a@b.test' }, { email: 'a@b.test', password: 'x', account: 'x' }],
  },
  'session.exchange': {
    who: 'anybody',
    valid: async ({ services, account, adminEmail }) => ({
      token: await signEmbedToken(services, account, adminEmail),
    }),
    invalid: [{}, { token: '' }, { token: 5 }],
  },
  'session.me': { who: 'signed in' },
  // No sender is set here; the answer says so.
  'session.sendVerification': { who: 'signed in', answers: 409 },
  'session.confirmAddress': {
    who: 'anybody',
    valid: () => ({ token: 'a-link-that-nobody-was-sent' }),
    invalid: [{}, { token: '' }, { token: 5 }],
    answers: 404,
  },
  'session.ownAccount': { who: 'signed in' },
  'session.verification': {
    who: 'anybody',
    valid: () => ({ token: 'a-link-that-nobody-was-sent' }),
    invalid: [{}, { token: '' }, { token: 5 }],
  },
  'session.invitation': {
    who: 'anybody',
    valid: () => ({ token: 'a-link-that-nobody-was-sent' }),
    invalid: [{}, { token: '' }, { token: 5 }],
  },
  'session.acceptInvitation': {
    who: 'anybody',
    valid: () => ({ token: 'a-link-that-nobody-was-sent', password: testPassword }),
    invalid: [{}, { token: 'x' }, { token: 'x', password: '' }, { token: '', password: testPassword }],
    answers: 404,
  },
  // The session was opened as a host does it, who knows the user by his address.
  'session.changeAddress': {
    who: 'signed in',
    valid: () => ({ current: testPassword, email: 'new@example.test' }),
    invalid: [{}, { current: testPassword, email: 'new' }, { current: '', email: 'new@example.test' }],
    answers: 409,
  },
  // The right one would end the sessions that the suites go on with.
  'session.changePassword': {
    who: 'signed in',
    valid: () => ({ current: 'not the password', password: `${testPassword} anew` }),
    invalid: [{}, { current: 'x' }, { current: 'x', password: '' }],
    answers: 400,
  },
  'account.mailDomains': { who: 'admin' },
  'account.setMailDomains': {
    who: 'admin',
    valid: async ({ services, account }) => ({
      domains: ['call.test'],
      version: (await mailDomains(services, account.id)).version,
    }),
    invalid: [
      {},
      { domains: ['call.test'] },
      { domains: 'call.test', version },
      { domains: ['call'], version },
      { domains: ['call.test', 'a b.test'], version },
    ],
  },
  'session.signOut': { who: 'signed in' },
  'setup.state': { who: 'anybody' },
  'setup.createAccount': {
    who: 'anybody',
    valid: () => ({ name: 'Second', admin_email: 'second@example.test', admin_password: testPassword }),
    invalid: [{}, { name: 'Second', admin_email: 'second', admin_password: testPassword }],
    answers: 403,
  },
  'inbox.overview': admin,
  'overview.runs': admin,
  'overview.failures': admin,
  'overview.waiting': admin,
  'overview.volumes': admin,
  'overview.freshness': admin,
  'connectorTypes.list': admin,
  'connectors.list': { ...admin, valid: () => ({ direction: 'import' }), invalid: [{ direction: 'up' }] },
  'connectors.streams': admin,
  'connectors.get': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.connector }) },
  'connectors.create': {
    ...admin,
    valid: () => sftpConnector(newName('new'), 'import'),
    invalid: [
      {},
      { ...sftpConnector('new', 'import'), type: 'telex' },
      { ...sftpConnector('new', 'import'), config: {} },
    ],
  },
  'connectors.update': {
    ...admin,
    ...byUid,
    valid: async ({ services, account, own }) => ({
      ...sftpConnector(own.connectorName, 'import'),
      ...versioned(await getConnector(services, account.id, own.connector)),
    }),
  },
  'connectors.setEnabled': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.connector, enabled: false }) },
  'connectors.removal': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.connector }) },
  'connectors.remove': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.connector }) },
  'connectors.check': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.connector }) },
  'connectors.checkConfig': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => {
      const { type, direction, config } = sftpConnector('', 'import');
      return { type, direction, config, uid: own.connector };
    },
    invalid: [{}, { type: 'sftp', direction: 'import', config: { host: '' } }],
  },
  'connectors.preview': {
    ...admin,
    namesSomething: true,
    // Nothing listens there; the answer says so.
    answers: 502,
    valid: ({ own }) => {
      const { type, direction, config } = sftpConnector('', 'import');
      return { type, direction, config, uid: own.connector };
    },
    invalid: [{}, { type: 'sftp', direction: 'import', config: { host: '' } }],
  },
  'jobs.list': admin,
  'jobs.get': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.job }) },
  'jobs.create': {
    ...admin,
    valid: ({ own }) => importJob(newName('new'), own.connectorName),
    invalid: [
      {},
      { ...importJob('new', 'x'), schedule: { frequency: 'hourly' } },
      importJob('new', 'no such connector'),
    ],
  },
  'jobs.update': {
    ...admin,
    ...byUid,
    valid: async ({ services, account, own }) => ({
      ...importJob(newName('renamed'), own.connectorName),
      ...versioned(await getJob(services, account.id, own.job)),
    }),
  },
  'jobs.setEnabled': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.job, enabled: false }) },
  'jobs.remove': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.job }) },
  'jobs.duplicate': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.job }) },
  'jobs.trigger': {
    ...admin,
    ...byUid,
    valid: ({ own }) => ({ uid: own.job, days: { from: '2026-11-01', to: '2026-11-02' } }),
    invalid: [
      ...byUid.invalid,
      { uid: '01900000-0000-7000-8000-000000000000', days: { from: '2026-11-02', to: '2026-11-01' } },
    ],
  },
  'jobs.previewDue': {
    ...admin,
    valid: () => ({ schedule }),
    invalid: [{}, { schedule: { frequency: 'daily', at: '25:00' } }, { schedule: { ...schedule, timezone: 'Mars' } }],
  },
  'executions.list': {
    ...admin,
    valid: ({ own }) => ({ type: 'data_import', status: 'pending', connector: own.connector }),
    invalid: [{ type: 'x' }, { status: 'x' }, { cursor: 'x' }],
  },
  'executions.get': { ...admin, ...byId, valid: ({ own }) => ({ id: own.execution }) },
  'rejectedRows.list': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ execution: own.execution }),
    invalid: [{ execution: 'x' }, { state: 'x' }, { cursor: 'x' }],
  },
  'rejectedRows.get': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ id: own.rejectedRow }),
    invalid: [{}, { id: 0 }, { id: 'x' }],
  },
  'rejectedRows.download': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ execution: own.execution }),
    invalid: [{ execution: 'x' }, { state: 'x' }],
  },
  'rejectedRows.dismiss': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ ids: [own.rejectedRow] }),
    invalid: [{}, { ids: [] }, { ids: ['x'] }],
  },
  'rejectedRows.replay': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ rows: [{ id: own.rejectedRow }] }),
    invalid: [{}, { rows: [] }, { rows: [{ id: 'x' }] }],
  },
  'rejectedRows.replayFile': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ csv: `rejected_row_id,raw\n${own.rejectedRow},"c1,VOICE"\n` }),
    invalid: [{}, { csv: '' }, { csv: 'rejected_row_id,raw\nx,y\n' }],
  },
  'executions.retry': { ...admin, ...byId, valid: ({ own }) => ({ id: own.failedExecution }) },
  'executions.log': {
    ...admin,
    ...byId,
    valid: ({ own }) => ({ id: own.execution, after: 0 }),
    invalid: [...byId.invalid, { id: '01900000-0000-7000-8000-000000000000', after: -1 }],
  },
  'executions.progress': { ...admin, ...byId, valid: ({ own }) => ({ id: own.execution }) },
  'executions.cancel': { ...admin, ...byId, valid: ({ own }) => ({ id: own.execution }) },
  'executions.download': { ...admin, ...byId, valid: ({ own }) => ({ id: own.exportExecution, part: 1 }) },
  'alerts.list': admin,
  'alerts.dismiss': {
    ...admin,
    namesSomething: true,
    valid: ({ own }) => ({ id: own.alert }),
    invalid: [{}, { id: 0 }, { id: 'x' }],
  },
  'alerts.settings': admin,
  'alerts.saveSettings': {
    ...admin,
    valid: async ({ services, account }) => ({
      ...{ emails: ['ops@example.test'], kinds: ['run_failed'], recovery: false },
      version: alertsVersion(await readAccountAlerts(services.database.pool, account.id)),
    }),
    invalid: [
      { emails: [] },
      { version, emails: ['ops'] },
      { version, kinds: ['weather'] },
      { version, webhook: { url: 'hooks' } },
      { version, colour: 'red' },
    ],
  },
  'alerts.test': {
    ...admin,
    // No sender is set here; the answer says so for each address.
    valid: () => ({ emails: ['ops@example.test'] }),
    invalid: [{}, { emails: ['ops'] }, { webhook: { url: 'ftp://example.test' } }],
  },
  'alerts.setJob': {
    ...admin,
    ...byUid,
    valid: async ({ services, account, own }) => ({
      ...versioned(await getJob(services, account.id, own.job)),
      alerts: 'off',
    }),
    invalid: [...byUid.invalid, { uid: '01900000-0000-7000-8000-000000000000', version, alerts: 'loud' }],
  },
  'analyses.list': {
    who: 'signed in',
    valid: () => ({ from: '2026-01-01', min_percentage: 0 }),
    invalid: [{ from: 'x' }, { from: '2026-02-31' }, { min_percentage: 101 }, { profile: 'x' }, { cursor: 'x' }],
  },
  'analyses.fields': { who: 'signed in' },
  'analyses.fieldValues': { who: 'signed in' },
  'analyses.interaction': { who: 'signed in', ...byId, valid: ({ own }) => ({ id: own.interaction }) },
  'analyses.media': { who: 'signed in', ...byId, valid: ({ own }) => ({ id: own.interaction, position: 0 }) },
  'analyses.export': {
    who: 'signed in',
    namesSomething: true,
    valid: ({ own }) => ({ report: { date_range: 'today' }, connectors: [own.exportConnector] }),
    invalid: [
      {},
      { report: {}, connectors: [] },
      { report: {}, connectors: ['x'] },
      { report: { columns: [] }, email_me: true },
      { report: { columns: ['status', { column: 'language', header: 'status' }] }, email_me: true },
      { report: { file_format: 'doc' }, email_me: true },
      { report: {}, email_me: true, recipient: 'somebody@else.test' },
    ],
  },
  'analyses.exports': { who: 'signed in' },
  // Nobody but whoever asked for it finds it.
  'analyses.cancelExport': {
    who: 'signed in',
    ...byId,
    valid: ({ own }) => ({ id: own.exportExecution }),
    answers: 404,
  },
  'analyses.retryExport': {
    who: 'signed in',
    ...byId,
    valid: ({ own }) => ({ id: own.exportExecution }),
    answers: 404,
  },
  'reports.preview': {
    who: 'signed in',
    valid: () => ({ report: { date_range: 'today' }, filter: { min_percentage: 50 } }),
    invalid: [
      {},
      { report: { date_range: 'someday' } },
      { report: { date_range: { from: '2026-11-02', to: '2026-11-01' } } },
      { report: { quality_profile: 'no such profile' } },
      { report: { saved_filter: 'no such filter' } },
      { report: { columns: ['kpi.x.colour'] } },
      { report: {}, filter: { cursor: 'x' } },
    ],
  },
  'reports.columns': { who: 'signed in' },
  'reports.destinations': { who: 'signed in' },
  'savedFilters.list': { who: 'signed in' },
  'savedFilters.create': {
    who: 'signed in',
    valid: () => ({ name: newName('filter'), filter: { min_percentage: 50 } }),
    invalid: [{}, { name: ' ', filter: {} }, { name: 'x', filter: { min_percentage: 101 } }, { name: 'x' }],
  },
  'savedFilters.update': {
    who: 'signed in',
    ...byUid,
    valid: async ({ services, account, own }) => ({
      ...versioned(await savedFilterOf(services, account.id, own.savedFilter)),
      ...{ name: newName('filter'), is_shared: true, filter: {} },
    }),
  },
  'savedFilters.remove': { who: 'signed in', ...byUid, valid: ({ own }) => ({ uid: own.savedFilter }) },
  'preferences.get': { who: 'signed in' },
  'preferences.set': {
    who: 'signed in',
    valid: () => ({ name: 'analysis_columns', value: ['agent_name'] }),
    invalid: [{}, { name: 'colour', value: 'red' }, { name: 'analysis_columns', value: [] }],
  },
  'users.list': { who: 'admin' },
  'users.create': {
    who: 'admin',
    valid: () => ({ email: `new${Math.random()}@example.test`, role: 'supervisor', teams: ['north'] }),
    invalid: [
      {},
      { email: 'x', role: 'agent' },
      { email: 'a@b.test', role: 'boss' },
      { email: 'a@b.test', role: 'agent', verified: true },
      { email: 'a@b.test', role: 'agent', password: 'short' },
    ],
  },
  'users.update': {
    who: 'admin',
    ...byUid,
    valid: ({ own }) => ({ uid: own.user, role: 'agent', enabled: false }),
  },
  'users.choices': { who: 'admin' },
  'users.invite': {
    who: 'admin',
    ...byUid,
    valid: ({ own }) => ({ uid: own.user, way: 'link' }),
    invalid: [...byUid.invalid, { uid: '01900000-0000-7000-8000-000000000000', way: 'pigeon' }],
  },
  'profiles.list': { who: 'signed in' },
  'apiKeys.list': admin,
  'apiKeys.create': {
    ...admin,
    valid: async (given) => {
      await revokeKeys(given);
      return { name: newName('key'), scopes: ['read'], expires_in_days: 30 };
    },
    invalid: [{}, { name: '' }, { name: 'key', scopes: ['all'] }, { name: 'key', expires_in_days: 0 }],
  },
  'apiKeys.revoke': { ...admin, ...byUid, valid: async (given) => ({ uid: await aKey(given) }) },
  'apiKeys.rotate': {
    ...admin,
    ...byUid,
    valid: async (given) => ({ uid: await aKey(given), overlap_hours: 1 }),
    invalid: [...byUid.invalid, { uid: '01900000-0000-7000-8000-000000000000', overlap_hours: -1 }],
  },
  'campaigns.list': { who: 'signed in' },
  'campaigns.counts': { who: 'signed in' },
  'campaigns.get': { who: 'signed in', ...byCampaign, valid: ({ own }) => ({ id: own.campaign }) },
  'campaigns.create': {
    who: 'signed in',
    valid: () => ({ name: newName('campaign'), settings: { defaults: { team_name: 'North' } } }),
    invalid: [
      {},
      { name: ' ' },
      { name: 'x', settings: { defaults: { metadata: { campaign_id: 'mine' } } } },
      { name: 'x', settings: { defaults: { agent_email: 'nobody' } } },
    ],
  },
  'campaigns.update': {
    who: 'signed in',
    ...byCampaign,
    valid: async ({ services, account, own }) => ({
      ...{ id: own.campaign, name: newName('campaign') },
      version: campaignVersion(await requireCampaign(services, account.id, own.campaign)),
    }),
  },
  'campaigns.remove': {
    who: 'signed in',
    ...byCampaign,
    valid: async ({ services, account }) => ({
      id: (await createCampaign(services, account.id, { name: newName('empty') }, 'test')).id,
    }),
  },
  'campaigns.imports': { who: 'signed in', ...byCampaign, valid: ({ own }) => ({ id: own.campaign }) },
  'campaigns.import': { who: 'signed in', ...byId, valid: ({ own }) => ({ id: own.campaignImport }) },
  'campaigns.importFiles': {
    who: 'signed in',
    ...byId,
    valid: ({ own }) => ({ id: own.campaignImport, states: ['uploading'] }),
    invalid: [...byId.invalid, { id: '01900000-0000-7000-8000-000000000000', states: ['lost'] }],
  },
  'campaigns.createImport': {
    who: 'signed in',
    namesSomething: true,
    valid: ({ own }) => ({ campaign: own.campaign, settings: { start_time: '2026-11-20T09:15' } }),
    invalid: [{}, { campaign: 'x' }],
  },
  'campaigns.previewSheets': {
    who: 'signed in',
    ...byId,
    valid: ({ own }) => ({ id: own.campaignImport, names: ['a.wav'] }),
  },
  'campaigns.finishImport': {
    who: 'signed in',
    ...byId,
    valid: ({ own }) => ({ id: own.campaignImport, without_unfinished: true }),
  },
  'campaigns.cancelImport': { who: 'signed in', ...byId, valid: ({ own }) => ({ id: own.campaignImport }) },
  'changes.watch': { who: 'signed in' },
  'webhooks.list': {
    ...admin,
    valid: ({ own }) => ({ state: 'failed', cursor: own.webhook }),
    invalid: [{ state: 'x' }, { cursor: 'x' }],
  },
  'webhooks.get': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.webhook }) },
  'webhooks.resend': { ...admin, ...byUid, valid: ({ own }) => ({ uid: own.webhook }) },
};

/** Words that no answer may hold. */
export const unspeakable = [password, 'scrypt$', 'sealed_secrets', 'password_hash'];
