import { html, type TemplateResult } from 'lit';
import type { AppContext } from './context.ts';
import { needsConsole } from './navigation.ts';
import type { Route } from './routes.ts';
import '../pages/alerts-page.ts';
import '../pages/analyses.ts';
import '../pages/api-access.ts';
import '../pages/campaign.ts';
import '../pages/campaigns.ts';
import '../pages/connectors.ts';
import '../pages/execution.ts';
import '../pages/executions.ts';
import '../pages/export-list.ts';
import '../pages/inbox.ts';
import '../pages/interaction.ts';
import '../pages/jobs.ts';
import '../pages/my-account.ts';
import '../pages/no-console.ts';
import '../pages/overview.ts';
import '../pages/rejected-rows.ts';
import '../pages/settings-alerts.ts';
import '../pages/users.ts';
import '../parts/empty.ts';

/** The page that a route names, for whoever is there. */
export function renderPage(app: AppContext, route: Route): TemplateResult {
  if (needsConsole(route.page) && app.me.console !== 'open') return html`<cqa-no-console .app=${app}></cqa-no-console>`;
  switch (route.page) {
    case 'overview':
      return html`<cqa-overview .app=${app}></cqa-overview>`;
    case 'analyses':
      return html`<cqa-analyses .app=${app} .query=${route.query}></cqa-analyses>`;
    case 'exports':
      return html`<cqa-export-list .app=${app}></cqa-export-list>`;
    case 'interaction':
      return html`<cqa-interaction .app=${app} .interactionId=${route.id ?? ''}></cqa-interaction>`;
    case 'campaigns':
      return html`<cqa-campaigns .app=${app}></cqa-campaigns>`;
    case 'campaign':
      return html`<cqa-campaign .app=${app} .campaignId=${route.id ?? ''}></cqa-campaign>`;
    case 'data-import':
      return html`<cqa-connectors .app=${app} direction="import"></cqa-connectors>`;
    case 'data-export':
      return html`<cqa-connectors .app=${app} direction="export"></cqa-connectors>`;
    case 'inbox':
      return html`<cqa-inbox .app=${app}></cqa-inbox>`;
    case 'api-access':
      return html`<cqa-api-access .app=${app} .query=${route.query}></cqa-api-access>`;
    case 'jobs':
      return html`<cqa-jobs .app=${app}></cqa-jobs>`;
    case 'executions':
      return html`<cqa-executions .app=${app} .query=${route.query}></cqa-executions>`;
    case 'execution':
      return html`<cqa-execution .app=${app} .executionId=${route.id ?? ''}></cqa-execution>`;
    case 'rejected-rows':
      return html`<cqa-rejected-rows .app=${app}></cqa-rejected-rows>`;
    case 'alerts':
      return html`<cqa-alerts-page .app=${app}></cqa-alerts-page>`;
    case 'settings':
      return html`<cqa-settings-alerts .app=${app}></cqa-settings-alerts>`;
    case 'users':
      return html`<cqa-users .app=${app}></cqa-users>`;
    case 'my-account':
      return html`<cqa-my-account .app=${app}></cqa-my-account>`;
    // These two stand by themselves, without the shell.
    case 'verify':
    case 'invitation':
    case 'missing':
      return html`<cqa-empty icon="search" heading="There is no such page">
        The address leads nowhere in the console.
        <a slot="action" class="button" data-page href=${app.href('/analyses')}>Go to the Analysis List</a>
      </cqa-empty>`;
  }
}
