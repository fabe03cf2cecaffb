import { dismiss as dismissAlert } from './alerts/dismiss.ts';
import { list as listAlerts } from './alerts/list.ts';
import { interaction } from './analyses/interaction.ts';
import { list as listAnalyses } from './analyses/list.ts';
import { media } from './analyses/media.ts';
import { create as createApiKey } from './api-keys/create.ts';
import { list as listApiKeys } from './api-keys/list.ts';
import { revoke as revokeApiKey } from './api-keys/revoke.ts';
import { rotate as rotateApiKey } from './api-keys/rotate.ts';
import { cancelImport } from './campaigns/cancel-import.ts';
import { counts as countCampaigns } from './campaigns/counts.ts';
import { create as createCampaign } from './campaigns/create.ts';
import { createImport } from './campaigns/create-import.ts';
import { finishImport } from './campaigns/finish-import.ts';
import { get as getCampaign } from './campaigns/get.ts';
import { getImport } from './campaigns/import.ts';
import { importFiles } from './campaigns/import-files.ts';
import { imports as listImports } from './campaigns/imports.ts';
import { list as listCampaigns } from './campaigns/list.ts';
import { previewSheets } from './campaigns/preview-sheets.ts';
import { remove as removeCampaign } from './campaigns/remove.ts';
import { update as updateCampaign } from './campaigns/update.ts';
import { watch } from './changes/watch.ts';
import { list as listConnectorTypes } from './connector-types/list.ts';
import { check } from './connectors/check.ts';
import { checkConfig } from './connectors/check-config.ts';
import { create as createConnector } from './connectors/create.ts';
import { get as getConnector } from './connectors/get.ts';
import { list as listConnectors } from './connectors/list.ts';
import { preview } from './connectors/preview.ts';
import { removal } from './connectors/removal.ts';
import { remove as removeConnector } from './connectors/remove.ts';
import { setEnabled as setConnectorEnabled } from './connectors/set-enabled.ts';
import { streams } from './connectors/streams.ts';
import { update as updateConnector } from './connectors/update.ts';
import { cancel } from './executions/cancel.ts';
import { download } from './executions/download.ts';
import { get as getExecution } from './executions/get.ts';
import { list as listExecutions } from './executions/list.ts';
import { overview as inboxOverview } from './inbox/overview.ts';
import { create as createJob } from './jobs/create.ts';
import { get as getJob } from './jobs/get.ts';
import { list as listJobs } from './jobs/list.ts';
import { previewDue } from './jobs/preview-due.ts';
import { remove as removeJob } from './jobs/remove.ts';
import { setEnabled as setJobEnabled } from './jobs/set-enabled.ts';
import { trigger } from './jobs/trigger.ts';
import { update as updateJob } from './jobs/update.ts';
import { list as listProfiles } from './profiles/list.ts';
import { dismiss as dismissRejectedRows } from './rejected-rows/dismiss.ts';
import { download as downloadRejectedRows } from './rejected-rows/download.ts';
import { get as getRejectedRow } from './rejected-rows/get.ts';
import { list as listRejectedRows } from './rejected-rows/list.ts';
import { replay } from './rejected-rows/replay.ts';
import { replayFile } from './rejected-rows/replay-file.ts';
import { exchange } from './session/exchange.ts';
import { me } from './session/me.ts';
import { signIn } from './session/sign-in.ts';
import { signOut } from './session/sign-out.ts';
import { createAccount } from './setup/create-account.ts';
import { state } from './setup/state.ts';
import { router } from './trpc.ts';
import { get as getWebhook } from './webhooks/get.ts';
import { list as listWebhooks } from './webhooks/list.ts';
import { resend } from './webhooks/resend.ts';

export const consoleRouter = router({
  session: router({ signIn, exchange, me, signOut }),
  setup: router({ state, createAccount }),
  connectorTypes: router({ list: listConnectorTypes }),
  connectors: router({
    list: listConnectors,
    streams,
    get: getConnector,
    create: createConnector,
    update: updateConnector,
    setEnabled: setConnectorEnabled,
    removal,
    remove: removeConnector,
    check,
    checkConfig,
    preview,
  }),
  jobs: router({
    list: listJobs,
    get: getJob,
    create: createJob,
    update: updateJob,
    setEnabled: setJobEnabled,
    remove: removeJob,
    trigger,
    previewDue,
  }),
  executions: router({ list: listExecutions, get: getExecution, cancel, download }),
  alerts: router({ list: listAlerts, dismiss: dismissAlert }),
  rejectedRows: router({
    list: listRejectedRows,
    get: getRejectedRow,
    download: downloadRejectedRows,
    replay,
    replayFile,
    dismiss: dismissRejectedRows,
  }),
  analyses: router({ list: listAnalyses, interaction, media }),
  profiles: router({ list: listProfiles }),
  apiKeys: router({ list: listApiKeys, create: createApiKey, revoke: revokeApiKey, rotate: rotateApiKey }),
  campaigns: router({
    list: listCampaigns,
    counts: countCampaigns,
    get: getCampaign,
    create: createCampaign,
    update: updateCampaign,
    remove: removeCampaign,
    imports: listImports,
    import: getImport,
    importFiles,
    createImport,
    previewSheets,
    finishImport,
    cancelImport,
  }),
  inbox: router({ overview: inboxOverview }),
  changes: router({ watch }),
  webhooks: router({ list: listWebhooks, get: getWebhook, resend }),
});

/** What the widget imports, as a type alone. */
export type Router = typeof consoleRouter;
