import { svg, type TemplateResult } from 'lit';
import { drawing, icon } from './icon.ts';

/** By the connector type's id. */
const shapes: Record<string, TemplateResult<2>> = {
  // A headset with a database below it.
  ecc4x: svg`<path d="M5 12V9.500a7 7 0 0 1 14 0V12"/><rect x="3.5" y="11" width="4" height="5.5" rx="1.8"/><rect x="16.5" y="11" width="4" height="5.5" rx="1.8"/><path d="M18.500 16.500v.8a2.700 2.700 0 0 1-2.700 2.700H13"/><path d="M11 20h2"/>`,
  // Events that flow, one after the other.
  ecc6x: svg`<path d="M9.500 6.500H18M7 12h12.500m0 0-3.200-3.200m3.200 3.200-3.200 3.200M9.500 17.500H18"/><path d="M5 6.500h.01M2.800 12h.01M5 17.500h.01" stroke-width="3"/>`,
  // An envelope.
  email: svg`<rect x="3.5" y="5.5" width="17" height="13" rx="1.8"/><path d="m4.2 7 7.800 6 7.800-6"/>`,
  // A telephone's receiver.
  exolite: svg`<path d="M7.700 3.500 5 4.600a1.800 1.800 0 0 0-1.100 1.900A16.500 16.500 0 0 0 17.500 20.100a1.800 1.800 0 0 0 1.900-1.100l1.100-2.700a1.200 1.200 0 0 0-.5-1.500l-3-1.700a1.200 1.200 0 0 0-1.500.3l-1 1.200a12 12 0 0 1-5.100-5.100l1.200-1a1.200 1.200 0 0 0 .3-1.500L9.200 4a1.200 1.200 0 0 0-1.500-.5Z"/>`,
  genesys: svg`<path d="M7.500 18.500a4.500 4.500 0 0 1-.600-8.960 5.800 5.800 0 0 1 11.100 1.200 3.900 3.900 0 0 1-.6 7.760H7.500Z"/><path d="M9.500 14.500v-1M12 15.500v-3M14.500 14.500v-1"/>`,
  // What is pushed in lies in a tray.
  inbox: svg`<path d="M3.500 13.500 6 5.800A1.800 1.800 0 0 1 7.700 4.500h8.600A1.800 1.800 0 0 1 18 5.800l2.500 7.700v4.200a1.800 1.800 0 0 1-1.800 1.800H5.300a1.800 1.800 0 0 1-1.800-1.800v-4.200Z"/><path d="M3.500 13.500h4.700l1.300 2.500h5l1.300-2.500h4.700"/>`,
  // A bucket.
  s3: svg`<ellipse cx="12" cy="6" rx="7.5" ry="2.5"/><path d="M4.500 6l1.900 12.300c.2 1.200 2.600 2.200 5.600 2.200s5.400-1 5.600-2.200L19.500 6"/><path d="M5.500 12.500c1.500 1 3.800 1.500 6.500 1.500s5-.5 6.500-1.500"/>`,
  // A folder, and what goes to and fro.
  sftp: svg`<path d="M3.500 8V6.500A1.500 1.500 0 0 1 5 5h4l2 2.500h8A1.500 1.500 0 0 1 20.500 9v8.500A1.500 1.500 0 0 1 19 19H5a1.500 1.500 0 0 1-1.500-1.500V8Z"/><path d="M8 14.500h6m0 0-1.700-1.700M16 11.500h-6m0 0 1.700 1.700" stroke-width="1.5"/>`,
};

/** The drawing of a connector type; one that has none gets a server. */
export function typeIcon(type: string, size: number): TemplateResult {
  const shape = shapes[type];
  return shape ? drawing(shape, size) : icon('server', size);
}
