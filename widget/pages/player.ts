import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Lanes, Span } from '../../shared/measures.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { clock } from '../words/time.ts';
import { playerStyles } from './player.styles.ts';
import { type Lane, lanesShown } from './player-lanes.ts';
import '../parts/problem.ts';

const speeds = [0.75, 1, 1.25, 1.5, 2];

/**
 * An <audio> element in step with a lane for each party: where they speak, where both do, and where nobody does.
 * @fires position with the second being played
 */
@customElement('cqa-player')
export class PlayerElement extends LitElement {
  static override styles = [base, controls, playerStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() interactionId = '';
  @property({ type: Number }) recording = 0;
  @property({ attribute: false }) lanes: Lanes | undefined;
  /** As measured; the audio element's own is taken where there is none. Seconds. */
  @property({ attribute: false }) measuredSeconds: number | undefined;
  @state() private source: string | undefined;
  @state() private problem: Problem | undefined;
  @state() private position = 0;
  @state() private audioSeconds: number | undefined;
  @state() private isPlaying = false;
  @state() private speed = 1;
  private frame = 0;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('interactionId') || changed.has('recording')) void this.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.frame);
  }

  /** Plays from that second. Called for a turn of the transcript and a piece of evidence. */
  playFrom(seconds: number): void {
    const { audio } = this;
    if (!audio) return;
    audio.currentTime = seconds;
    void this.play();
  }

  private readonly open = async (): Promise<void> => {
    this.rewind();
    const { interactionId: id, recording: position } = this;
    // Another recording may be asked for before the answer comes.
    const isAsked = () => this.interactionId === id && this.recording === position;
    try {
      const answer = await this.app?.api.analyses.media.query({ id, position });
      if (isAsked()) this.source = answer?.url;
    } catch (error) {
      if (isAsked()) this.problem = problemOf(error);
    }
  };

  /** Nothing is there to be played, and nothing plays. */
  private rewind(): void {
    cancelAnimationFrame(this.frame);
    this.problem = undefined;
    this.source = undefined;
    this.audioSeconds = undefined;
    this.isPlaying = false;
    this.moveTo(0);
  }

  private moveTo(seconds: number): void {
    this.position = seconds;
    this.dispatchEvent(new CustomEvent('position', { detail: { seconds } }));
  }

  private get audio(): HTMLAudioElement | null {
    return this.renderRoot.querySelector('audio');
  }

  private get seconds(): number {
    return this.measuredSeconds ?? this.audioSeconds ?? 0;
  }

  private async play(): Promise<void> {
    try {
      await this.audio?.play();
    } catch (error) {
      // A pause or another place asked for before it began is no failure.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.refuse();
    }
  }

  private readonly toggle = (): void => {
    if (this.isPlaying) this.audio?.pause();
    else void this.play();
  };

  private readonly refuse = (): void => {
    this.isPlaying = false;
    this.problem = {
      message:
        'This browser could not play the recording: its format may be one that browsers do not know, or the session has ended. Try again.',
      code: 'not_playable',
      field: undefined,
      traceId: undefined,
    };
  };

  private readonly follow = (): void => {
    const { audio } = this;
    if (!audio) return;
    this.moveTo(audio.currentTime);
    this.isPlaying = !audio.paused && !audio.ended;
    cancelAnimationFrame(this.frame);
    if (this.isPlaying) this.frame = requestAnimationFrame(this.follow);
  };

  private readonly learn = (): void => {
    const { audio } = this;
    if (audio && Number.isFinite(audio.duration)) this.audioSeconds = audio.duration;
  };

  private seekTo(seconds: number): void {
    const { audio } = this;
    if (!audio || !Number.isFinite(seconds)) return;
    audio.currentTime = Math.max(0, Math.min(this.seconds, seconds));
    this.position = audio.currentTime;
  }

  private readonly seekByPointer = (event: PointerEvent): void => {
    if (event.type === 'pointermove' && event.buttons !== 1) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.seekTo(((event.clientX - box.left) / box.width) * this.seconds);
  };

  /** In seconds by the viewBox; what is too short to see is drawn as wide as can just be seen. */
  private renderSpans(spans: readonly Span[], kind: string): TemplateResult<2>[] {
    const narrowest = this.seconds / 2000;
    return spans.map(
      ({ start, end }) =>
        svg`<rect class=${kind} x=${start} y="0" width=${Math.max(end - start, narrowest)} height="10"></rect>`,
    );
  }

  private renderLane({ name, kind, spans }: Lane): TemplateResult {
    const overlap = kind === 'speech' ? [] : (this.lanes?.overlap ?? []);
    return html`<span class="who ${kind}">${name}</span>
      <svg class="lane" viewBox="0 0 ${this.seconds || 1} 10" preserveAspectRatio="none" aria-hidden="true">
        ${this.renderSpans(this.lanes?.dead_air ?? [], 'dead')}${this.renderSpans(spans, kind)}
        ${this.renderSpans(overlap, 'overlap')}
      </svg>`;
  }

  private renderLanes(): TemplateResult | typeof nothing {
    const shown = lanesShown(this.lanes);
    if (shown.length === 0 || this.seconds === 0) return nothing;
    const left = `${Math.min(100, (this.position / this.seconds) * 100)}%`;
    return html`<div class="lanes">
        ${shown.map((lane) => this.renderLane(lane))}
        <div class="touch" @pointerdown=${this.seekByPointer} @pointermove=${this.seekByPointer}>
          <div class="head" style=${styleMap({ left })}></div>
        </div>
      </div>
      <div class="legend small soft">
        <span><i class="dead"></i>dead air</span>
        ${shown.length > 1 ? html`<span><i class="overlap"></i>both speak</span>` : nothing}
        ${shown.length === 1 ? html`<span>One channel: who speaks cannot be told.</span>` : nothing}
      </div>`;
  }

  private renderControls(): TemplateResult {
    return html`<div class="controls">
      <button
        class="button primary icon"
        type="button"
        aria-label=${this.isPlaying ? 'Pause' : 'Play'}
        ?disabled=${!this.source}
        @click=${this.toggle}
      >
        ${icon(this.isPlaying ? 'pause' : 'play')}
      </button>
      <input
        class="seek"
        type="range"
        min="0"
        max=${this.seconds || 1}
        step="0.1"
        aria-label="Place in the recording"
        aria-valuetext="${clock(this.position)} of ${clock(this.seconds)}"
        .value=${String(this.position)}
        ?disabled=${!this.source || this.seconds === 0}
        @input=${(event: Event) => this.seekTo((event.target as HTMLInputElement).valueAsNumber)}
      />
      <span class="clock">${clock(this.position)} / ${clock(this.seconds)}</span>
      <select
        class="input compact"
        aria-label="Speed"
        @change=${(event: Event) => {
          this.speed = Number((event.target as HTMLSelectElement).value);
        }}
      >
        ${speeds.map((speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${speed}×</option>`)}
      </select>
    </div>`;
  }

  override render() {
    return html`${
      this.source
        ? html`<audio
          preload="metadata"
          .defaultPlaybackRate=${this.speed}
          .playbackRate=${this.speed}
          src=${this.source}
          @loadedmetadata=${this.learn}
          @play=${this.follow}
          @pause=${this.follow}
          @seeked=${this.follow}
          @ended=${this.follow}
          @error=${this.refuse}
        ></audio>`
        : nothing
    }
    ${this.renderLanes()}${this.renderControls()}
    <cqa-problem .problem=${this.problem} .again=${this.open}></cqa-problem>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    position: CustomEvent<{ seconds: number }>;
  }
  interface HTMLElementTagNameMap {
    'cqa-player': PlayerElement;
  }
}
