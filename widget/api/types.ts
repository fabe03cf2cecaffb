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

export type InboxOverview = Outputs['inbox']['overview'];

export type ApiAccess = Outputs['apiKeys']['list'];
export type ApiKey = ApiAccess['keys'][number];
export type MadeApiKey = Outputs['apiKeys']['create'];

export type WebhooksPage = Outputs['webhooks']['list'];
export type WebhookState = WebhooksPage['rows'][number]['state'];
export type Webhook = Outputs['webhooks']['get'];

export type Job = Outputs['jobs']['list'][number];

export type ExecutionsRequest = NonNullable<Inputs['executions']['list']>;
export type ExecutionsPage = Outputs['executions']['list'];
export type Execution = Outputs['executions']['get'];
export type PartitionShown = NonNullable<Execution['partitions']>[number];
export type RejectedRowsPage = Outputs['rejectedRows']['list'];
export type Replayed = Outputs['rejectedRows']['replay'];

export type Alert = Outputs['alerts']['list'][number];

export type AnalysesRequest = NonNullable<Inputs['analyses']['list']>;
export type AnalysesPage = Outputs['analyses']['list'];
export type Interaction = Outputs['analyses']['interaction'];

export type Campaigns = Outputs['campaigns']['list'];
export type CampaignCounts = Outputs['campaigns']['counts'];
export type Campaign = Outputs['campaigns']['get'];
export type CampaignImport = Outputs['campaigns']['import'];
export type CampaignImportFile = Outputs['campaigns']['importFiles']['rows'][number];
export type SheetsPreview = Outputs['campaigns']['previewSheets'];
