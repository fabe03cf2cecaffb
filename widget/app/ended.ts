import { html, type TemplateResult } from 'lit';
import type { PublicAccess } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import type { Grant } from '../api/session.ts';
import type { Me } from '../api/types.ts';
import '../pages/sign-in.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

/** In a frame, in the place of the console: somebody has signed out. */
export function signedOut(openAgain: () => void): TemplateResult {
  return html`<div class="middle">
    <div class="stack">
      <p>You are signed out of the console. The page around it can sign you in again.</p>
      <div><button class="button primary" type="button" @click=${() => openAgain()}>Open the console again</button></div>
    </div>
  </div>`;
}

/** In a frame, over the page: its session has ended, and the page around did not give another one. */
export function endedInFrame(problem: Problem | undefined, tryAgain: () => void): TemplateResult {
  return html`<cqa-dialog heading="Your session has ended" .isClosable=${false}>
    <div class="stack">
      <p>The page around the console could not sign you in again. What you typed is still here.</p>
      <cqa-problem .problem=${problem}></cqa-problem>
    </div>
    <button slot="actions" class="button primary" @click=${() => tryAgain()}>Try again</button>
  </cqa-dialog>`;
}

/** Over the page whose session has ended, for the same person and nobody else. */
export function signInAgain(
  { user, account }: Me,
  access: PublicAccess,
  problem: Problem | undefined,
  accept: (event: CustomEvent<Grant>) => void,
): TemplateResult {
  return html`<cqa-dialog heading="Sign in again" no-actions .isClosable=${false}>
    <p class="soft">Your session has ended. What you typed is still here and goes on from where it was.</p>
    <cqa-problem .problem=${problem}></cqa-problem>
    <cqa-sign-in
      again
      .access=${access}
      .email=${user.email}
      .account=${account.account_id}
      @signed-in=${accept}
    ></cqa-sign-in>
  </cqa-dialog>`;
}
