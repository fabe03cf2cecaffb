import { connectMessage, type FromFrame, type FromHost, readyMessage } from '../host/messages.ts';

/** Without `ready` by then the frame was refused or could not load; it cannot say so itself. */
const readyWithinMs = 5000;

const scriptOrigin = originOfScript();

/**
 * The console on a host page:
 *
 *     <script src="https://cqa.example/embed.js"></script>
 *     <cqa-console account="…" token-url="/host/token"></cqa-console>
 *
 * `token-url` is the host's own address that answers `{token}`, a token signed by its backend for whoever is signed in
 * there; or set the property `getToken` to a function that resolves to one. `address` is the page shown (`/jobs`).
 *
 * @fires cqa-address {address, title} when another page is shown
 */
class CqaConsoleElement extends HTMLElement {
  static readonly observedAttributes = ['address', 'account'];

  /** Instead of `token-url`. */
  getToken: (() => Promise<string>) | undefined;

  /** A browser that makes an element out of parsed HTML names its attributes first, although it is in the page by then. */
  private isOpen = false;
  private frame: HTMLIFrameElement | undefined;
  private port: MessagePort | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** By the frame's own word; before that, what it was opened with. */
  private shownAddress = '';

  connectedCallback(): void {
    if (!this.style.display) this.style.display = 'block';
    if (!this.style.minHeight) this.style.minHeight = '600px';
    window.addEventListener('message', this.hearWindow);
    this.isOpen = true;
    this.open();
  }

  disconnectedCallback(): void {
    window.removeEventListener('message', this.hearWindow);
    this.isOpen = false;
    this.close();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.isOpen) return;
    if (name === 'account') {
      this.close();
      this.open();
    } else this.followAttribute();
  }

  /** Before the frame has its port nothing can be told to it; then this is called once more. */
  private followAttribute(): void {
    const address = this.getAttribute('address');
    if (address && address !== this.shownAddress) this.post({ type: 'address', address });
  }

  private open(): void {
    const account = this.getAttribute('account');
    if (account) this.openFrame(account);
    else this.help('the attribute "account" is missing on <cqa-console>.');
  }

  private openFrame(account: string): void {
    const address = this.getAttribute('address');
    this.shownAddress = address ?? '';
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('frame-title') ?? 'CQA Data Integrations';
    frame.allow = 'clipboard-write';
    frame.referrerPolicy = 'origin';
    frame.src = `${scriptOrigin}/embed?account=${encodeURIComponent(account)}${address ? `#${address}` : ''}`;
    Object.assign(frame.style, { width: '100%', height: '100%', minHeight: 'inherit', border: '0', display: 'block' });
    this.frame = frame;
    this.replaceChildren(frame);
    this.timer = setTimeout(() => this.help(refusedWords(account)), readyWithinMs);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.port?.close();
    this.port = undefined;
    this.frame?.remove();
    this.frame = undefined;
  }

  /** `ready` carries no secret and may come again when the frame is loaded anew; each time it gets a port of its own. */
  private readonly hearWindow = (event: MessageEvent): void => {
    const data: unknown = event.data;
    const isReady = typeof data === 'object' && data !== null && 'type' in data && data.type === readyMessage;
    const target = this.frame?.contentWindow;
    if (!isReady || !target || event.source !== target || event.origin !== scriptOrigin) return;
    clearTimeout(this.timer);
    this.querySelector('[data-cqa-help]')?.remove();
    this.showFrame(true);
    this.port?.close();
    const channel = new MessageChannel();
    channel.port1.onmessage = (message: MessageEvent<FromFrame>) => void this.hear(message.data);
    this.port = channel.port1;
    target.postMessage({ type: connectMessage }, scriptOrigin, [channel.port2]);
    this.followAttribute();
  };

  private async hear(message: FromFrame): Promise<void> {
    switch (message.type) {
      case 'token-request':
        return this.answerToken(message.id);
      case 'address':
        this.shownAddress = message.address;
        this.setAttribute('address', message.address);
        this.dispatchEvent(new CustomEvent('cqa-address', { bubbles: true, detail: message }));
        return;
    }
  }

  /** On the port that asked: by the time of the answer another account's frame may be here, whose asking has the same id. */
  private async answerToken(id: number): Promise<void> {
    const { port } = this;
    const answer = (message: FromHost) => port?.postMessage(message);
    try {
      answer({ type: 'token', id, token: await this.fetchToken() });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      answer({ type: 'token-failed', id, message: `The page around this console could not sign you in: ${words}` });
    }
  }

  private async fetchToken(): Promise<string> {
    if (this.getToken) return this.getToken();
    const url = this.getAttribute('token-url');
    if (!url) throw new Error('it gives neither "token-url" nor "getToken".');
    const answer = await fetch(url, { credentials: 'same-origin', cache: 'no-store' });
    if (!answer.ok) throw new Error(`${url} answered with status ${answer.status}.`);
    const body: unknown = await answer.json();
    const hasToken = typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string';
    if (!hasToken) throw new Error(`${url} did not answer {"token": "…"}.`);
    return String(body.token);
  }

  private post(message: FromHost): void {
    this.port?.postMessage(message);
  }

  private showFrame(isShown: boolean): void {
    if (this.frame) this.frame.style.display = isShown ? 'block' : 'none';
  }

  private help(words: string): void {
    this.showFrame(false);
    this.querySelector('[data-cqa-help]')?.remove();
    const box = document.createElement('div');
    box.dataset.cqaHelp = '';
    box.setAttribute('role', 'alert');
    Object.assign(box.style, {
      padding: '16px',
      border: '1px solid #b3243b',
      borderRadius: '8px',
      font: '14px/1.5 system-ui, sans-serif',
    });
    box.textContent = `The CQA console could not be shown: ${words}`;
    this.append(box);
  }
}

function refusedWords(account: string): string {
  return `no answer from ${scriptOrigin} within ${readyWithinMs / 1000} seconds. Either it cannot be reached from here, or this page's origin (${location.origin}) is not among the frame origins of account ${account}. An operator adds it with: npx cqa account set --account ${account} --frame-origin ${location.origin}`;
}

/** Where this script was loaded from is where the console is. */
function originOfScript(): string {
  const { currentScript } = document;
  if (currentScript instanceof HTMLScriptElement && currentScript.src) return new URL(currentScript.src).origin;
  const named = document.querySelector<HTMLScriptElement>('script[src$="/embed.js"]');
  return named ? new URL(named.src).origin : location.origin;
}

if (!customElements.get('cqa-console')) customElements.define('cqa-console', CqaConsoleElement);
