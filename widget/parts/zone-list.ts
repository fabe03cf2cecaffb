import { html, type TemplateResult } from 'lit';

/** A datalist of the IANA time zones, for inputs with `list="zones"`. UTC is not among what browsers list. */
export function zoneList(): TemplateResult {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  return html`<datalist id="zones">${zones.map((zone) => html`<option value=${zone}></option>`)}</datalist>`;
}
