import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CategoryResult, Evidence, KpiResult } from '../../shared/quality.ts';
import { problemOfFailure } from '../api/problem.ts';
import type { Interaction } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { score } from '../words/numbers.ts';
import { analysisWords } from '../words/status.ts';
import { clock } from '../words/time.ts';
import '../parts/problem.ts';
import '../parts/score-bar.ts';
import '../parts/status.ts';

type Analysis = Interaction['analyses'][number];

/**
 * One profile's result: total, then each question with its answer, its points, why, and where that is in the call.
 * @fires play-from
 */
@customElement('cqa-score-card')
export class ScoreCardElement extends LitElement {
  static override styles = [
    base,
    css`
      .total {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-4);
        align-items: center;
        padding-bottom: var(--space-3);
        border-bottom: 1px solid var(--line);
      }
      .points {
        font-size: var(--size-xxl);
        font-weight: 680;
        font-variant-numeric: tabular-nums;
        line-height: 1.1;
      }
      .points small {
        font-size: var(--size-m);
        font-weight: 500;
        color: var(--text-soft);
      }
      .category {
        margin-top: var(--space-4);
      }
      .category > header {
        display: flex;
        justify-content: space-between;
        gap: var(--space-3);
      }
      .sub {
        margin: var(--space-3) 0 var(--space-1);
        color: var(--text-soft);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      .kpi {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--space-3);
        padding: var(--space-3) 0;
        border-bottom: 1px solid var(--line);
      }
      .kpi:last-child {
        border-bottom: 0;
      }
      .answer {
        text-align: right;
        white-space: nowrap;
      }
      .answer strong {
        display: inline-block;
        padding: 1px 9px;
        border-radius: var(--radius-full);
        background: var(--accent-soft);
        color: var(--accent);
      }
      .answer .none {
        background: var(--idle-soft);
        color: var(--idle);
      }
      .why {
        grid-column: 1 / -1;
        color: var(--text-soft);
      }
      .critical {
        color: var(--bad);
        font-size: var(--size-xs);
        font-weight: 650;
      }
      ul.evidence {
        grid-column: 1 / -1;
        display: grid;
        gap: 4px;
        margin-top: 4px;
        font-size: var(--size-s);
      }
      .evidence li {
        display: flex;
        gap: var(--space-2);
        align-items: baseline;
        padding-left: var(--space-3);
        border-left: 2px solid var(--line-strong);
      }
      button {
        display: inline-flex;
        gap: 3px;
        align-items: center;
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font: inherit;
        font-weight: 600;
        white-space: nowrap;
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) analysis: Analysis | undefined;
  /** Whether evidence can be played. */
  @property({ type: Boolean }) playable = false;

  private renderEvidence(evidence: Evidence): TemplateResult {
    const { start_seconds: start, end_seconds: end } = evidence;
    const place = start === undefined ? '' : `${clock(start)}${end === undefined ? '' : `–${clock(end)}`}`;
    const play = () => this.dispatchEvent(new CustomEvent('play-from', { detail: { seconds: start ?? 0 } }));
    return html`<li>
      ${
        place && this.playable
          ? html`<button type="button" aria-label="Play from ${place}" @click=${play}>${icon('play', 12)}${place}</button>`
          : place
            ? html`<span class="strong">${place}</span>`
            : nothing
      }
      <span class="break">${evidence.role ? html`<span class="soft">${evidence.role}: </span>` : nothing}${evidence.text}</span>
    </li>`;
  }

  private renderAnswer(kpi: KpiResult): TemplateResult {
    const words = {
      answered: kpi.ai_response ?? '–',
      na: 'Does not apply',
      not_evaluated: 'Not evaluated',
      error: 'Error',
    };
    return html`<div class="answer">
      <strong class=${kpi.state === 'answered' ? '' : 'none'}>${words[kpi.state]}</strong>
      <div class="small soft">${kpi.final_score === null ? 'no points' : `${score(kpi.final_score)} of ${score(kpi.max_score)}`}</div>
    </div>`;
  }

  private renderKpi(kpi: KpiResult): TemplateResult {
    return html`<div class="kpi">
      <div>
        <strong class="break">${kpi.kpi_name}</strong> ${kpi.is_critical ? html`<span class="critical">critical</span>` : nothing}
        <div class="soft small break">${kpi.kpi_question}</div>
      </div>
      ${this.renderAnswer(kpi)}
      ${kpi.ai_justification ? html`<p class="why small break">${kpi.ai_justification}</p>` : nothing}
      ${
        kpi.evidence.length > 0
          ? html`<ul class="evidence">
            ${kpi.evidence.map((evidence) => this.renderEvidence(evidence))}
          </ul>`
          : nothing
      }
    </div>`;
  }

  private renderCategory(category: CategoryResult): TemplateResult {
    return html`<section class="category">
      <header>
        <h3 class="break">${category.name}</h3>
        <span class="small">${score(category.final_score)} of ${score(category.max_score)}</span>
      </header>
      ${category.sub_categories.map(
        (sub) => html`<h4 class="sub">${sub.name}</h4>
          ${sub.kpis.map((kpi) => this.renderKpi(kpi))}`,
      )}
    </section>`;
  }

  private renderCard(analysis: Analysis): TemplateResult | typeof nothing {
    const card = analysis.score_card;
    if (!card) return nothing;
    return html`<div class="total">
        <div class="points">
          ${score(card.final_score)} <small>of ${score(card.max_score)} points</small>
        </div>
        <cqa-score-bar .percent=${card.percentage_score}></cqa-score-bar>
        ${
          card.coverage_percent < 100
            ? html`<span class="small soft">${score(card.coverage_percent)} % of the questions could be answered</span>`
            : nothing
        }
      </div>
      ${card.categories.map((category) => this.renderCategory(category))}`;
  }

  override render() {
    const { analysis } = this;
    if (!analysis) return nothing;
    const problem = analysis.failure ? problemOfFailure(analysis.failure) : undefined;
    return html`<div class="stack">
      <div class="row">
        <h2 class="grow break">
          ${analysis.quality_profile} <span class="soft small">version ${analysis.profile_version}</span>
        </h2>
        ${analysis.status === 'completed' ? nothing : html`<cqa-status .words=${analysisWords[analysis.status]}></cqa-status>`}
      </div>
      <cqa-problem .problem=${problem}></cqa-problem>
      <div>${this.renderCard(analysis)}</div>
      ${
        analysis.rule_name
          ? html`<p class="soft small">Chosen by the assignment rule “${analysis.rule_name}”.</p>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-score-card': ScoreCardElement;
  }
}
