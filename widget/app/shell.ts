import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Direction } from '../../shared/connector.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { chooseTheme, isDark } from '../style/theme.ts';
import { zoneName } from '../words/time.ts';
import type { AppContext } from './context.ts';
import { entryOf, type NavigationItem, needsConsole, pageTitle, sectionsFor } from './navigation.ts';
import type { Route } from './routes.ts';
import { shellStyles } from './shell.styles.ts';
import '../pages/analyses.ts';
import '../pages/api-access.ts';
import '../pages/campaign.ts';
import '../pages/campaigns.ts';
import '../pages/connector-dialog.ts';
import '../pages/connectors.ts';
import '../pages/execution.ts';
import '../pages/executions.ts';
import '../pages/inbox.ts';
import '../pages/interaction.ts';
import '../pages/job-dialog.ts';
import '../pages/jobs.ts';
import '../pages/no-console.ts';
import '../pages/rejected-rows.ts';

type Dialog = { kind: 'connector'; direction: Direction | undefined } | { kind: 'job'; connector: string | undefined };

declare global {
  interface HTMLElementEventMap {
    /** Any page may ask for the two dialogs that every page offers. */
    'new-connector': CustomEvent<{ direction?: Direction }>;
    'new-job': CustomEvent<{ connector?: string }>;
    'sign-out': CustomEvent;
  }
}

/**
 * Sidebar, top bar and the page. Folds the sidebar to icons where it is narrow; below that it is a drawer.
 * @fires sign-out
 */
@customElement('cqa-shell')
export class ShellElement extends LitElement {
  static override styles = [base, controls, shellStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) route: Route | undefined;
  @property({ attribute: false }) isFramed = false;
  @state() private dialog: Dialog | undefined;
  @state() private isDrawerOpen = false;
  @state() private dark = isDark();

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('route') || !this.route) return;
    this.isDrawerOpen = false;
    document.title = `${pageTitle(this.route.page)} · CQA`;
  }

  private readonly openConnector = (event?: CustomEvent<{ direction?: Direction }>): void => {
    const onPage =
      this.route?.page === 'data-export' ? 'export' : this.route?.page === 'data-import' ? 'import' : undefined;
    this.dialog = { kind: 'connector', direction: event?.detail?.direction ?? onPage };
  };

  private readonly openJob = (event?: CustomEvent<{ connector?: string }>): void => {
    this.dialog = { kind: 'job', connector: event?.detail?.connector };
  };

  private readonly closeDialog = (): void => {
    this.dialog = undefined;
  };

  private readonly toggleTheme = (): void => {
    chooseTheme(isDark() ? 'light' : 'dark');
    this.dark = isDark();
  };

  private renderItem(app: AppContext, item: NavigationItem): TemplateResult {
    const isHere = this.route !== undefined && entryOf(this.route.page) === item.page;
    return html`<a
      class="item"
      data-page
      href=${app.href(item.address)}
      title=${item.title}
      aria-current=${isHere ? 'page' : nothing}
    >
      ${icon(item.icon, 19)}<span class="name">${item.title}</span>
    </a>`;
  }

  private renderSidebar(app: AppContext): TemplateResult {
    return html`<nav aria-label="Pages" class=${this.isDrawerOpen ? 'open' : ''}>
      <div class="brand">
        <span class="logo">${icon('wave', 20)}</span>
        <span class="name"><strong>CQA</strong><br /><span class="soft">Data Integrations</span></span>
      </div>
      ${sectionsFor(app.me).map(
        (section) => html`<section>
          <h2>${section.title}</h2>
          ${section.items.map((item) => this.renderItem(app, item))}
        </section>`,
      )}
    </nav>`;
  }

  private renderTopBar(app: AppContext, route: Route): TemplateResult {
    const isOpen = app.me.console === 'open';
    return html`<header>
      <button
        class="button quiet icon drawer"
        type="button"
        aria-label="Pages"
        aria-expanded=${this.isDrawerOpen ? 'true' : 'false'}
        @click=${() => {
          this.isDrawerOpen = !this.isDrawerOpen;
        }}
      >
        ${icon('menu')}
      </button>
      <h1>${pageTitle(route.page)}</h1>
      ${
        isOpen
          ? html`<button class="button make" type="button" aria-label="New Connector" @click=${() => this.openConnector()}>
                ${icon('plus', 16)}<span class="wide">New Connector</span><span class="short">Connector</span>
              </button>
              <button class="button primary make" type="button" aria-label="New Job" @click=${() => this.openJob()}>
                ${icon('plus', 16)}<span class="wide">New Job</span><span class="short">Job</span>
              </button>`
          : nothing
      }
      ${this.renderAccount(app)}
    </header>`;
  }

  private renderAccount(app: AppContext): TemplateResult {
    const { account, user } = app.me;
    return html`<span class="account">
        <strong class="break">${account.name}</strong>
        <span class="soft" title="Times are shown in the account's zone"
          >${account.timezone} (${zoneName(Date.now(), account.timezone)})</span
        >
      </span>
      <button
        class="button quiet icon"
        type="button"
        title=${this.dark ? 'Light' : 'Dark'}
        aria-label=${this.dark ? 'Switch to light colours' : 'Switch to dark colours'}
        @click=${this.toggleTheme}
      >
        ${icon(this.dark ? 'sun' : 'moon')}
      </button>
      ${
        this.isFramed
          ? nothing
          : html`<button
            class="button quiet icon"
            type="button"
            title="Sign out ${user.email}"
            aria-label="Sign out ${user.email}"
            @click=${() => this.dispatchEvent(new CustomEvent('sign-out'))}
          >
            ${icon('out')}
          </button>`
      }`;
  }

  private renderPage(app: AppContext, route: Route): TemplateResult {
    if (needsConsole(route.page) && app.me.console !== 'open')
      return html`<cqa-no-console .app=${app}></cqa-no-console>`;
    switch (route.page) {
      case 'analyses':
        return html`<cqa-analyses .app=${app} .query=${route.query}></cqa-analyses>`;
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
      case 'missing':
        return html`<cqa-empty icon="search" heading="There is no such page">
          The address leads nowhere in the console.
          <a slot="action" class="button" data-page href=${app.href('/analyses')}>Go to the Analysis List</a>
        </cqa-empty>`;
    }
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    if (this.dialog?.kind === 'connector')
      return html`<cqa-connector-dialog
        .app=${app}
        .direction=${this.dialog.direction}
        @close=${this.closeDialog}
      ></cqa-connector-dialog>`;
    if (this.dialog?.kind === 'job')
      return html`<cqa-job-dialog
        .app=${app}
        .connector=${this.dialog.connector}
        @close=${this.closeDialog}
      ></cqa-job-dialog>`;
    return nothing;
  }

  override render() {
    const { app, route } = this;
    if (!app || !route) return nothing;
    return html`<a class="skip button" href="#main" @click=${this.skip}>Skip to the page</a>
      ${this.renderSidebar(app)}
      ${
        this.isDrawerOpen
          ? html`<div
            class="veil"
            @click=${() => {
              this.isDrawerOpen = false;
            }}
          ></div>`
          : nothing
      }
      ${this.renderTopBar(app, route)}
      <main id="main" tabindex="-1" @new-connector=${this.openConnector} @new-job=${this.openJob}>
        ${this.renderPage(app, route)}
      </main>
      ${this.renderDialog(app)}`;
  }

  private readonly skip = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-shell': ShellElement;
  }
}
