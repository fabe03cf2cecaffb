/** In characters, wherever a password is chosen. */
export const shortestPassword = 10;
