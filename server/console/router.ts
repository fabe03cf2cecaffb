import { mailDomains } from './account/mail-domains.ts';
import { setMailDomains } from './account/set-mail-domains.ts';
import { dismiss as dismissAlert } from './alerts/dismiss.ts';
import { list as listAlerts } from './alerts/list.ts';
import { saveSettings as saveAlertSettings } from './alerts/save-settings.ts';
import { setJob as setJobAlerts } from './alerts/set-job.ts';
import { settings as alertSettings } from './alerts/settings.ts';
import { test as testAlerts } from './alerts/test.ts';
import { cancelExport } from './analyses/cancel-export.ts';
import { exportReport } from './analyses/export.ts';
import { exports as requestedExports } from './analyses/exports.ts';
import { values as fieldValues } from './analyses/field-values.ts';
import { fields as filterFields } from './analyses/fields.ts';
import { interaction } from './analyses/interaction.ts';
import { list as listAnalyses } from './analyses/list.ts';
import { media } from './analyses/media.ts';
import { retryExport } from './analyses/retry-export.ts';
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
import { log as executionLog } from './executions/log.ts';
import { progress as executionProgress } from './executions/progress.ts';
import { retry as retryExecution } from './executions/retry.ts';
import { overview as inboxOverview } from './inbox/overview.ts';
import { create as createJob } from './jobs/create.ts';
import { duplicate as duplicateJob } from './jobs/duplicate.ts';
import { get as getJob } from './jobs/get.ts';
import { list as listJobs } from './jobs/list.ts';
import { previewDue } from './jobs/preview-due.ts';
import { remove as removeJob } from './jobs/remove.ts';
import { setEnabled as setJobEnabled } from './jobs/set-enabled.ts';
import { trigger } from './jobs/trigger.ts';
import { update as updateJob } from './jobs/update.ts';
import { failures } from './overview/failures.ts';
import { freshness } from './overview/freshness.ts';
import { runs } from './overview/runs.ts';
import { volumes } from './overview/volumes.ts';
import { waiting } from './overview/waiting.ts';
import { get as getPreferences } from './preferences/get.ts';
import { set as setPreference } from './preferences/set.ts';
import { list as listProfiles } from './profiles/list.ts';
import { dismiss as dismissRejectedRows } from './rejected-rows/dismiss.ts';
import { download as downloadRejectedRows } from './rejected-rows/download.ts';
import { get as getRejectedRow } from './rejected-rows/get.ts';
import { list as listRejectedRows } from './rejected-rows/list.ts';
import { replay } from './rejected-rows/replay.ts';
import { replayFile } from './rejected-rows/replay-file.ts';
import { columns as reportColumns } from './reports/columns.ts';
import { destinations as reportDestinations } from './reports/destinations.ts';
import { preview as previewReport } from './reports/preview.ts';
import { create as createSavedFilter } from './saved-filters/create.ts';
import { list as listSavedFilters } from './saved-filters/list.ts';
import { remove as removeSavedFilter } from './saved-filters/remove.ts';
import { update as updateSavedFilter } from './saved-filters/update.ts';
import { accept as acceptInvitation } from './session/accept-invitation.ts';
import { changeAddress } from './session/change-address.ts';
import { changePassword } from './session/change-password.ts';
import { confirm as confirmAddress } from './session/confirm-address.ts';
import { exchange } from './session/exchange.ts';
import { invitation } from './session/invitation.ts';
import { me } from './session/me.ts';
import { ownAccount } from './session/own-account.ts';
import { sendVerificationMail } from './session/send-verification.ts';
import { signIn } from './session/sign-in.ts';
import { signOut } from './session/sign-out.ts';
import { verification } from './session/verification.ts';
import { createAccount } from './setup/create-account.ts';
import { state } from './setup/state.ts';
import { router } from './trpc.ts';
import { choices as userChoices } from './users/choices.ts';
import { create as createUser } from './users/create.ts';
import { inviteUser } from './users/invite.ts';
import { list as listUsers } from './users/list.ts';
import { update as updateUser } from './users/update.ts';
import { get as getWebhook } from './webhooks/get.ts';
import { list as listWebhooks } from './webhooks/list.ts';
import { resend } from './webhooks/resend.ts';

export const consoleRouter = router({
  session: router({
    signIn,
    exchange,
    me,
    signOut,
    ownAccount,
    sendVerification: sendVerificationMail,
    verification,
    confirmAddress,
    invitation,
    acceptInvitation,
    changeAddress,
    changePassword,
  }),
  account: router({ mailDomains, setMailDomains }),
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
    duplicate: duplicateJob,
    trigger,
    previewDue,
  }),
  executions: router({
    list: listExecutions,
    get: getExecution,
    cancel,
    retry: retryExecution,
    log: executionLog,
    progress: executionProgress,
    download,
  }),
  alerts: router({
    list: listAlerts,
    dismiss: dismissAlert,
    settings: alertSettings,
    saveSettings: saveAlertSettings,
    test: testAlerts,
    setJob: setJobAlerts,
  }),
  rejectedRows: router({
    list: listRejectedRows,
    get: getRejectedRow,
    download: downloadRejectedRows,
    replay,
    replayFile,
    dismiss: dismissRejectedRows,
  }),
  analyses: router({
    list: listAnalyses,
    fields: filterFields,
    fieldValues,
    interaction,
    media,
    export: exportReport,
    exports: requestedExports,
    cancelExport,
    retryExport,
  }),
  reports: router({ preview: previewReport, columns: reportColumns, destinations: reportDestinations }),
  savedFilters: router({
    list: listSavedFilters,
    create: createSavedFilter,
    update: updateSavedFilter,
    remove: removeSavedFilter,
  }),
  preferences: router({ get: getPreferences, set: setPreference }),
  users: router({
    list: listUsers,
    choices: userChoices,
    create: createUser,
    update: updateUser,
    invite: inviteUser,
  }),
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
  overview: router({ runs, failures, waiting, volumes, freshness }),
  changes: router({ watch }),
  webhooks: router({ list: listWebhooks, get: getWebhook, resend }),
});

/** What the widget imports, as a type alone. */
export type Router = typeof consoleRouter;
