/** What the server writes into the page at /embed; at our own address it is absent. */
export interface FrameSettings {
  account: string;
  /** Origins of the account's host pages. */
  origins: string[];
}

/** Reads the settings, or undefined when the console stands alone. Throws when they are there and not understood. */
export function frameSettings(text: string | null | undefined): FrameSettings | undefined {
  if (text === null || text === undefined || text.trim() === '') return undefined;
  const settings: unknown = JSON.parse(text);
  if (!isSettings(settings)) throw new Error('The frame settings in the page are not understood');
  return settings;
}

function isSettings(value: unknown): value is FrameSettings {
  return (
    typeof value === 'object' &&
    value !== null &&
    'account' in value &&
    typeof value.account === 'string' &&
    'origins' in value &&
    Array.isArray(value.origins) &&
    value.origins.every((origin) => typeof origin === 'string')
  );
}
