import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Direction } from '../../shared/connector.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { chooseTheme, isDark } from '../style/theme.ts';
import { zoneName } from '../words/time.ts';
import type { AppContext } from './context.ts';
import { entryOf, type NavigationItem, pageFor, pageTitle, sectionsFor } from './navigation.ts';
import { renderPage } from './page.ts';
import type { Route } from './routes.ts';
import { shellStyles } from './shell.styles.ts';
import '../pages/connector-dialog.ts';
import '../pages/job-dialog.ts';

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

  /** Where its address leads whoever is there. */
  private get place(): Route | undefined {
    const { app, route } = this;
    return app && route && { ...route, page: pageFor(route.page, app.me) };
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!(changed.has('route') || changed.has('app')) || !this.place) return;
    this.isDrawerOpen = false;
    document.title = `${pageTitle(this.place.page)} · CQA`;
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
    const isHere = this.place !== undefined && entryOf(this.place.page) === item.page;
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
          ${section.title ? html`<h2>${section.title}</h2>` : nothing}
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
      <a
        class="button quiet icon"
        data-page
        href=${app.href('/my-account')}
        title="My account: ${user.email}"
        aria-label="My account"
        aria-current=${this.place?.page === 'my-account' ? 'page' : nothing}
      >
        ${icon('user')}
      </a>
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
    const { app, place: route } = this;
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
        ${renderPage(app, route)}
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
