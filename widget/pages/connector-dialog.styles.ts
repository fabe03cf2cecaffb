import { css } from 'lit';

export const connectorDialogStyles = css`
  :host {
    --dialog-width: 760px;
  }
`;
