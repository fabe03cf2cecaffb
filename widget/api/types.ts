import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { Router } from '../../server/console/router.ts';

/** What the console's procedures take and give, read off the server's router: no second description of it exists. */
type Inputs = inferRouterInputs<Router>;
type Outputs = inferRouterOutputs<Router>;

export type Me = Outputs['session']['me'];
export type SignInAnswer = Outputs['session']['signIn'];

export type ConnectorType = Outputs['connectorTypes']['list'][number];
export type Connector = Outputs['connectors']['list'][number];
export type ConnectorStream = Outputs['connectors']['streams'][number];
export type UnsavedConnector = Inputs['connectors']['preview'];
export type Preview = Outputs['connectors']['preview'];
export type ConnectorRemoval = Outputs['connectors']['removal'];

export type OverviewRuns = Outputs['overview']['runs'];
export type FailedJob = Outputs['overview']['failures'][number];
export type OverviewWaiting = Outputs['overview']['waiting'];
export type WaitingWork = OverviewWaiting['work'][number];
export type OverviewVolumes = Outputs['overview']['volumes'];
export type ConnectorFreshness = Outputs['overview']['freshness'][number];

export type InboxOverview = Outputs['inbox']['overview'];

export type ApiAccess = Outputs['apiKeys']['list'];
export type ApiKey = ApiAccess['keys'][number];
export type MadeApiKey = Outputs['apiKeys']['create'];

export type WebhooksPage = Outputs['webhooks']['list'];
export type WebhookState = WebhooksPage['rows'][number]['state'];
export type Webhook = Outputs['webhooks']['get'];

export type Job = Outputs['jobs']['list'][number];
export type DuePreview = Outputs['jobs']['previewDue'];

export type ExecutionsPage = Outputs['executions']['list'];
export type Execution = Outputs['executions']['get'];
export type Trigger = Execution['trigger'];
/** What the subscription tells, one after the other. */
export type ExecutionProgress = Outputs['executions']['progress'] extends AsyncIterable<infer Told> ? Told : never;
export type LogLine = Outputs['executions']['log']['lines'][number];
export type PartitionShown = NonNullable<Execution['partitions']>[number];
export type RejectedRowsPage = Outputs['rejectedRows']['list'];
export type Replayed = Outputs['rejectedRows']['replay'];

export type Alert = Outputs['alerts']['list'][number];
export type AlertSettingsShown = Outputs['alerts']['settings'];
export type AlertMail = AlertSettingsShown['mails'][number];
export type AlertTrial = Outputs['alerts']['test'][number];

export type AnalysesRequest = NonNullable<Inputs['analyses']['list']>;
export type AnalysesPage = Outputs['analyses']['list'];
export type Interaction = Outputs['analyses']['interaction'];
export type FilterField = Outputs['analyses']['fields'][number];
export type FieldValues = Outputs['analyses']['fieldValues'];
export type OwnExport = Outputs['analyses']['exports'][number];
export type ReportDestinations = Outputs['reports']['destinations'];
export type ProfileSummary = Outputs['profiles']['list'][number];

export type Campaigns = Outputs['campaigns']['list'];
export type CampaignCounts = Outputs['campaigns']['counts'];
export type Campaign = Outputs['campaigns']['get'];
export type CampaignImport = Outputs['campaigns']['import'];
export type CampaignImportFile = Outputs['campaigns']['importFiles']['rows'][number];
export type SheetsPreview = Outputs['campaigns']['previewSheets'];

export type ColumnChoices = Outputs['reports']['columns'];
export type ReportPreview = Outputs['reports']['preview'];
export type SavedFilter = Outputs['savedFilters']['list'][number];
export type RowFilter = NonNullable<Inputs['reports']['preview']['filter']>;
export type Preferences = Outputs['preferences']['get'];

export type User = Outputs['users']['list'][number];
export type NewUser = Inputs['users']['create'];
export type UserChange = Inputs['users']['update'];
export type UserChoices = Outputs['users']['choices'];
export type Invitation = Outputs['users']['invite'];
export type OwnAccount = Outputs['session']['ownAccount'];
/** A link of a mail, as the page that it leads to is told of it. */
export type SentLink = Outputs['session']['verification'];
