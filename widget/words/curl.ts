/** A line that sends a first interaction, for a terminal. The key comes from the environment, so that no history keeps it. */
export function curlOf(baseUrl: string): string {
  const body = JSON.stringify({
    external_interaction_id: 'hello-1',
    channel_type: 'CHAT',
    transcript_text: 'Agent: Hello, how can I help?\nCustomer: Where is my order?',
  });
  return [
    `curl -X POST ${quoted(`${baseUrl}/ingress/interactions`)}`,
    '-H "X-API-Key: $CQA_KEY"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(body)}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
