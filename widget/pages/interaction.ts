import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { problemOfFailure } from '../api/problem.ts';
import type { Interaction } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { warningWords } from '../words/measures.ts';
import { analysisWords, unanalysedWords } from '../words/status.ts';
import { clock } from '../words/time.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './interaction-facts.ts';
import './player.ts';
import type { PlayerElement } from './player.ts';
import './score-card.ts';
import './transcript.ts';

/** One conversation: listen, read, and see how it was scored and where it came from. */
@customElement('cqa-interaction')
export class InteractionElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
        gap: var(--space-4);
        align-items: start;
      }
      @media (max-width: 900px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      .warning {
        display: flex;
        gap: var(--space-2);
        color: var(--warn);
        font-size: var(--size-s);
      }
      .warning svg {
        flex: none;
      }
      .info {
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--idle-soft);
      }
      h2 {
        margin: 0;
      }
      .card > h2 {
        margin-bottom: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() interactionId = '';
  @state() private seconds = 0;
  @state() private recording = 0;
  private readonly interaction = new Resource(this, async (signal) =>
    this.app?.api.analyses.interaction.query({ id: this.interactionId }, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('interactionId'))) return;
    this.interaction.clear();
    this.interaction.follow(this.app.changes, ['analyses']);
  }

  private readonly playFrom = (event: CustomEvent<{ seconds: number }>): void => {
    this.renderRoot.querySelector<PlayerElement>('cqa-player')?.playFrom(event.detail.seconds);
  };

  private renderHead(app: AppContext, shown: Interaction): TemplateResult {
    const length = shown.duration_seconds === null ? '' : `, ${clock(shown.duration_seconds)} long`;
    return html`<div>
      <div class="row">
        <h2 class="break">${shown.external_interaction_id}</h2>
        <cqa-status .words=${analysisWords[shown.status]}></cqa-status>
      </div>
      <p class="soft small">
        ${shown.channel_type}, <cqa-time .at=${shown.occurred_at} .zone=${app.zone}></cqa-time>${length}
      </p>
    </div>`;
  }

  private renderPlayer(app: AppContext, shown: Interaction): TemplateResult | typeof nothing {
    const here = shown.recordings.filter((recording) => recording.state === 'here');
    if (shown.recordings.length === 0) return nothing;
    // What is missing was said above already.
    if (here.length === 0 && shown.failure) return nothing;
    const chosen = here.find((recording) => recording.position === this.recording) ?? here[0];
    const isMeasured = chosen !== undefined && shown.measured_position === chosen.position;
    return html`<section class="card stack" aria-label="Recording">
      ${here.length > 1 ? this.renderRecordingChoice(here) : nothing}
      ${
        chosen
          ? html`<cqa-player
            .app=${app}
            .interactionId=${shown.interaction_id}
            .recording=${chosen.position}
            .lanes=${isMeasured ? shown.measures?.lanes : undefined}
            .measuredSeconds=${isMeasured ? (shown.measures?.values.duration_seconds ?? undefined) : undefined}
            @position=${(event: CustomEvent<{ seconds: number }>) => {
              this.seconds = event.detail.seconds;
            }}
          ></cqa-player>`
          : this.renderNoRecording(shown)
      }
      ${(shown.measures?.warnings ?? []).map(
        (warning) => html`<p class="warning">${icon('warning', 17)}<span>${warningWords[warning]}</span></p>`,
      )}
    </section>`;
  }

  private renderNoRecording(shown: Interaction): TemplateResult {
    const failed = shown.recordings.find((recording) => recording.failure);
    if (!failed?.failure) return html`<p class="soft">The recording is on its way; it will stand here by itself.</p>`;
    return html`<cqa-problem what="The recording is not here" .problem=${problemOfFailure(failed.failure)}></cqa-problem>`;
  }

  private renderRecordingChoice(here: Interaction['recordings']): TemplateResult {
    return html`<div class="row" role="group" aria-label="Recordings">
      ${here.map(
        ({ position }) => html`<button
          class="button small"
          type="button"
          aria-pressed=${position === this.recording ? 'true' : 'false'}
          @click=${() => {
            this.recording = position;
          }}
        >
          Recording ${position + 1}
        </button>`,
      )}
    </div>`;
  }

  private renderAnalyses(shown: Interaction): TemplateResult {
    const isPlayable = shown.recordings.some((recording) => recording.state === 'here');
    if (shown.analyses.length > 0)
      return html`${shown.analyses.map(
        (analysis) => html`<section class="card">
          <cqa-score-card .analysis=${analysis} ?playable=${isPlayable} @play-from=${this.playFrom}></cqa-score-card>
        </section>`,
      )}`;
    const words = shown.unanalysed_reason
      ? unanalysedWords[shown.unanalysed_reason]
      : 'The analysis has not been made yet. It will stand here by itself.';
    return html`<section class="card"><p class="info">${words}</p></section>`;
  }

  private renderTranscript(shown: Interaction): TemplateResult | typeof nothing {
    if (shown.transcript.length === 0) return this.renderNoTranscript(shown);
    return html`<section class="card">
      <h2>Transcript</h2>
      <cqa-transcript
        .turns=${shown.transcript}
        .seconds=${this.seconds}
        @play-from=${this.playFrom}
      ></cqa-transcript>
    </section>`;
  }

  private renderNoTranscript({ transcript_failure: failure, ...shown }: Interaction): TemplateResult | typeof nothing {
    // What the interaction itself failed by was said above already.
    if (!failure || failure.message === shown.failure?.message) return nothing;
    return html`<section class="card">
      <h2>Transcript</h2>
      <cqa-problem what="The transcript is not here" .problem=${problemOfFailure(failure)}></cqa-problem>
    </section>`;
  }

  private renderInteraction(app: AppContext, shown: Interaction): TemplateResult {
    const problem = shown.failure ? problemOfFailure(shown.failure) : undefined;
    const hasAnalyses = shown.analyses.length > 0 || !shown.failure;
    return html`${this.renderHead(app, shown)}
      <cqa-problem what="It could not be analysed" .problem=${problem}></cqa-problem>
      ${this.renderPlayer(app, shown)}
      <div class=${hasAnalyses ? 'columns' : ''}>
        ${hasAnalyses ? html`<div class="stack">${this.renderAnalyses(shown)}</div>` : nothing}
        <div class="stack">
          ${this.renderTranscript(shown)}
          <cqa-interaction-facts .app=${app} .interaction=${shown}></cqa-interaction-facts>
        </div>
      </div>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.interaction;
    return html`<div class="stack">
      <div>
        <a class="button quiet small" data-page href=${app.href('/analyses')}>${icon('back', 15)} Analysis List</a>
      </div>
      <cqa-problem what="The interaction could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
      ${value ? this.renderInteraction(app, value) : problem ? nothing : html`<cqa-loading></cqa-loading>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-interaction': InteractionElement;
  }
}
