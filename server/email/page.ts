type Tone = 'good' | 'warn' | 'bad';

export interface MailPage {
  title: string;
  tone: Tone;
  accountName: string;
  /** HTML. */
  body: string;
  /** The one thing to do. */
  link?: { words: string; address: string };
  footer: string;
  /** Where what the footer speaks of is changed. */
  settings?: string;
}

const colours: Record<Tone, string> = { good: '#15803d', warn: '#b45309', bad: '#b91c1c' };
const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** A mail as HTML: styles in the elements alone, for mail programs drop the rest; nothing is fetched from anywhere. */
export function mailPage({ title, tone, accountName, body, link, footer, settings }: MailPage): string {
  const colour = colours[tone];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px 12px;${font};font-size:15px;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;text-align:left;border:1px solid #8884;border-top:4px solid ${colour};border-radius:8px"><tr><td style="padding:24px">
<p style="margin:0 0 4px;font-size:13px;opacity:.75">${escapeHtml(accountName)}</p>
<h1 style="margin:0 0 16px;font-size:19px;line-height:1.3;overflow-wrap:anywhere">${escapeHtml(title)}</h1>
${body}
${link ? button(link, colour) : ''}
</td></tr></table>
<p style="max-width:600px;margin:16px 0 0;font-size:12px;opacity:.75">${escapeHtml(footer)}${settings === undefined ? '' : ` ${anchor(settings, settings, 'color:inherit')}`}</p>
</td></tr></table>
</body>
</html>
`;
}

function button({ words, address }: NonNullable<MailPage['link']>, colour: string): string {
  const style = `display:inline-block;padding:9px 16px;border-radius:6px;background:${colour};color:#ffffff;text-decoration:none`;
  return `<p style="margin:20px 0 0">${anchor(words, address, style)}</p>`;
}

/** A link; its words and its address are text. */
export function anchor(words: string, address: string, style = ''): string {
  return `<a href="${escapeHtml(address)}"${style ? ` style="${style}"` : ''}>${escapeHtml(words)}</a>`;
}

export function paragraph(text: string, look: 'plain' | 'soft' = 'plain'): string {
  const style = look === 'soft' ? 'margin:0 0 12px;opacity:.75' : 'margin:0 0 12px';
  return `<p style="${style};overflow-wrap:anywhere">${escapeHtml(text)}</p>`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
